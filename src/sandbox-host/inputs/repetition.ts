/**
 * What a host has kept of its inputs, done once more: the same messages, and between them the same decisions, so that each
 * instance comes to where it was, bit for bit, and says again what it said.
 */
import { Failure } from '../../errors/failure'
import { checkToHost } from '../../protocol/check'
import { FrameReader } from '../../protocol/frames'
import type { KeptInstance, ToHost } from '../../protocol/messages'
import type { WordTable } from '../../sandbox/words'
import type { InstanceRequest, Residents } from '../residents'
import type { Turns } from '../scheduler'
import type { Share } from '../share'
import type { Chances } from './chances'
import type { Checkpoint } from './checkpoint-file'
import { type Entry, entriesIn } from './entry'
import type { PlacedBlock, Position } from './segments'

/** After so long others are listened to, ms. */
const BREATH_MS = 20

/** The log does not fit to what comes of it. */
export class Differs extends Error {
  override readonly name = 'Differs'
}

export interface RepetitionDeps {
  readonly residents: Residents
  readonly words: WordTable
  /** Those that are to go on. */
  readonly keep: readonly KeptInstance[]
  /** Undefined: it was launched since the log begins. */
  readonly checkpoint: (number: number) => Checkpoint | undefined
  /** What is known of an instance begins there. */
  readonly begun: (number: number, position: Position) => void
  /** Counts up evenly, ms. */
  readonly clock: () => number
  /** Decides what is not decided yet, where the log has ended. */
  readonly live: Chances
}

export class Repetition implements Chances, Turns {
  readonly isRepeating = true
  readonly isLong = true
  /** Batches in the log, and before it. */
  batches = 0
  private entries: Iterator<Entry> = [][Symbol.iterator]()
  /** Where the block begins that is being done, and where it ends; undefined before the first. */
  private from: Position | undefined
  private to: Position | undefined
  /** Looked at, and not done yet. */
  private next: Entry | undefined
  /** What the instance that has a turn is given; undefined: all that it may be given at once. */
  private length: number | undefined
  private turnOver: (() => void) | undefined
  /** When those who sleep fell asleep, ms since 1970. */
  private readonly asleep = new Map<number, number>()
  /** How often another program is to take the place of each. */
  private readonly rolls = new Map<number, number>()
  /** Those that wait for the place of their checkpoint in the log. */
  private readonly waiting = new Map<number, Checkpoint>()
  private readonly reader = new FrameReader<ToHost>(checkToHost, (message) => this.tell(message))

  constructor(private readonly deps: RepetitionDeps) {
    for (const { number, rolls } of deps.keep) {
      const checkpoint = deps.checkpoint(number)
      if (checkpoint) this.waiting.set(number, checkpoint)
      this.rolls.set(number, rolls - (checkpoint?.state.rolls ?? 0))
    }
  }

  /** @throws Differs, Error of what is done. */
  async of(blocks: Iterable<PlacedBlock>): Promise<void> {
    const { clock, residents } = this.deps
    this.entries = this.entriesOf(blocks)
    let sinceMs = clock()
    for (let entry = this.peek(); entry; entry = this.peek()) {
      this.next = undefined
      // not those of one that is not to go on, or is not there yet
      if (!('number' in entry) || residents.get(entry.number)) await this.repeat(entry)
      if (clock() - sinceMs < BREATH_MS) continue
      await new Promise((resolve) => setImmediate(resolve))
      sinceMs = clock()
    }
    if (!this.to) throw new Differs('nothing was kept')
    this.restore(this.to)
    for (const number of this.waiting.keys())
      throw new Differs(`the checkpoint of instance ${number} has no place in the log`)
  }

  /** Those that have come to where they were go on. */
  goOn(nowMs: number): void {
    for (const [number, instance] of this.deps.residents.all()) instance.goOn(this.asleep.get(number), nowMs)
  }

  portion(number: number, whole: Uint8Array): Uint8Array {
    const { length = whole.length } = this
    if (length > whole.length)
      throw new Differs(`instance ${number} was given ${length} bytes where ${whole.length} wait`)
    return whole.subarray(0, length)
  }

  saved(): void {
    // the log says it
  }

  relieved(): void {
    // the log says it
  }

  slept(number: number): number {
    const nowMs = this.take('slept', number)?.nowMs ?? this.deps.live.slept(number)
    this.asleep.set(number, nowMs)
    return nowMs
  }

  woke(number: number): void {
    this.asleep.delete(number)
  }

  now(number: number): number {
    return this.take('asked', number)?.nowMs ?? this.deps.live.now(number)
  }

  admits(number: number): boolean {
    return this.peek()?.kind !== 'silenced' || !this.take('silenced', number)
  }

  add(): void {
    // turns are in the log
  }

  saves(): void {
    // what was saved is not written once more
  }

  charged<Result>(_: Share, work: () => Result): Result {
    return work()
  }

  end(): void {
    const over = this.turnOver
    this.turnOver = undefined
    over?.()
  }

  /** Not before it is asked for: what happens between two blocks happens when all before it is done. */
  private peek(): Entry | undefined {
    this.next ??= this.entries.next().value ?? undefined
    return this.next
  }

  /** What was decided next; undefined: the log has ended. @throws Differs when that was something else. */
  private take<Kind extends Entry['kind']>(kind: Kind, number: number): Extract<Entry, { kind: Kind }> | undefined {
    const next = this.peek()
    if (!next) return undefined
    if (!isOf(next, kind) || !('number' in next) || next.number !== number)
      throw new Differs(`instance ${number}: "${kind}" where "${next.kind}" was before`)
    this.next = undefined
    return next
  }

  private *entriesOf(blocks: Iterable<PlacedBlock>): Generator<Entry, undefined> {
    for (const { from, to, block } of blocks) {
      this.from = from
      this.to = to
      this.restore(from)
      yield* entriesIn(block)
    }
    return undefined
  }

  private restore({ segment, offset }: Position): void {
    const { residents, begun } = this.deps
    for (const [number, checkpoint] of this.waiting) {
      const { position } = checkpoint
      if (position.segment !== segment || position.offset !== offset) continue
      this.waiting.delete(number)
      residents.restore(checkpoint)
      begun(number, checkpoint.position)
    }
  }

  private async repeat(entry: Entry): Promise<void> {
    const { residents, words } = this.deps
    switch (entry.kind) {
      case 'head':
        this.batches = entry.batches
        if (words.count === 0) words.learn(entry.words)
        break
      case 'message':
        this.reader.push(entry.frame)
        break
      case 'turn':
        await this.turnOf(entry.number, entry.length)
        break
      case 'drained':
        for (const [number, instance] of residents.all()) while (instance.isDue) await this.turnOf(number)
        break
      case 'saved':
        residents.get(entry.number)?.repeat('saved')
        break
      case 'relieved':
        residents.get(entry.number)?.repeat({ relievedMs: entry.nowMs })
        break
      case 'woke':
        residents.get(entry.number)?.repeat('woke')
        await this.turnOf(entry.number)
        break
      case 'resident':
        if (entry.before.length > 0) residents.seed(entry.number, entry.before)
        break
      default:
        throw new Differs(`"${entry.kind}" belongs to nobody`)
    }
  }

  private async turnOf(number: number, length?: number): Promise<void> {
    const instance = this.deps.residents.get(number)
    if (!instance) return
    this.length = length
    const { promise, resolve } = Promise.withResolvers<void>()
    this.turnOver = resolve
    if (!instance.turn()) this.end()
    await promise
  }

  private tell(message: ToHost): void {
    const { residents, words } = this.deps
    switch (message.kind) {
      case 'words':
        words.learn(message.records)
        break
      case 'batch':
        this.batches++
        residents.deal(message)
        break
      case 'risk':
        residents.limit(message.number, message.terms)
        break
      case 'request':
        if (message.request.kind === 'launch' || message.request.kind === 'roll') this.ask(message.request)
    }
  }

  /** A stop of one that is to go on was never answered: it is asked for again. */
  private ask(request: Exclude<InstanceRequest, { kind: 'stop' }>): void {
    const { residents, begun } = this.deps
    const { number } = request.launch
    const rolls = this.rolls.get(number)
    if (rolls === undefined || this.waiting.has(number)) return
    if (request.kind === 'launch') begun(number, this.from!)
    // another program in the place of one that nobody knows would be an instance that has forgotten everything
    else if (rolls === 0 || !residents.get(number)) return
    try {
      residents.fulfil(request)
      if (request.kind === 'roll') this.rolls.set(number, rolls - 1)
    } catch (error) {
      // it was refused before as well, and the former program went on
      if (!(error instanceof Failure)) throw error
    }
  }
}

const isOf = <Kind extends Entry['kind']>(entry: Entry, kind: Kind): entry is Extract<Entry, { kind: Kind }> =>
  entry.kind === kind
