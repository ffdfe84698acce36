/**
 * What a host has kept of its inputs, done once more: the same messages, and between them the same decisions, so that each
 * instance comes to where it was, bit for bit, and says again what it said.
 */
import { checkToHost } from '../../protocol/check'
import { FrameReader } from '../../protocol/frames'
import type { KeptInstance, ToHost } from '../../protocol/messages'
import type { Share } from '../share'
import type { WordTable } from '../../sandbox/words'
import type { Instance } from '../instance'
import type { InstanceRequest, Residents } from '../residents'
import type { Turns } from '../scheduler'
import type { Chances } from './chances'
import { type Entry, entriesIn } from './entry'

/** After so long others are listened to, ms. */
const BREATH_MS = 20

/** The log does not fit to what comes of it. */
export class Differs extends Error {
  override readonly name = 'Differs'
}

export class Repetition implements Chances, Turns {
  readonly isRepeating = true
  readonly isLong = true
  /** Batches in the log. */
  batches = 0
  private entries: Iterator<Entry> = [][Symbol.iterator]()
  /** Looked at, and not done yet. */
  private next: Entry | undefined
  /** What the instance that has a turn is given; undefined: all that it may be given at once. */
  private length: number | undefined
  private turnOver: (() => void) | undefined
  /** When those who sleep fell asleep, ms since 1970. */
  private readonly asleep = new Map<number, number>()
  private readonly rolls = new Map<number, number>()
  private readonly reader = new FrameReader<ToHost>(checkToHost, (message) => this.tell(message))

  constructor(
    private readonly residents: Residents,
    private readonly words: WordTable,
    keep: readonly KeptInstance[],
    private readonly clock: () => number,
    /** Decides what is not decided yet, where the log has ended. */
    private readonly live: Chances,
  ) {
    for (const { number, rolls } of keep) this.rolls.set(number, rolls)
  }

  /** @throws Differs, Error of what is done. */
  async of(blocks: Iterable<Uint8Array>): Promise<void> {
    this.entries = entriesOf(blocks)
    this.advance()
    let sinceMs = this.clock()
    for (let entry = this.next; entry; entry = this.next) {
      this.advance()
      // not those of one that is not to go on
      if (!('number' in entry) || this.residents.get(entry.number)) await this.repeat(entry)
      if (this.clock() - sinceMs < BREATH_MS) continue
      await new Promise((resolve) => setImmediate(resolve))
      sinceMs = this.clock()
    }
  }

  /** Those that have come to where they were go on. */
  goOn(nowMs: number): void {
    for (const [number, instance] of this.residents.all()) instance.goOn(this.asleep.get(number), nowMs)
  }

  portion(_: number, whole: Uint8Array): Uint8Array {
    const { length = whole.length } = this
    if (length > whole.length) throw new Differs(`it was given ${length} bytes where ${whole.length} wait`)
    return whole.subarray(0, length)
  }

  saved(): void {}

  relieved(): void {}

  slept(number: number): void {
    const entry = this.take('slept', number)
    this.asleep.set(number, entry?.nowMs ?? this.live.now(number))
    if (!entry) this.live.slept(number)
  }

  woke(number: number): void {
    this.asleep.delete(number)
  }

  now(number: number): number {
    return this.take('asked', number)?.nowMs ?? this.live.now(number)
  }

  admits(number: number): boolean {
    return this.next?.kind !== 'silenced' || !this.take('silenced', number)
  }

  add(): void {}

  saves(): void {}

  charged<Result>(_: Share, work: () => Result): Result {
    return work()
  }

  end(): void {
    const over = this.turnOver
    this.turnOver = undefined
    over?.()
  }

  /** What was decided next; undefined: the log has ended. @throws Differs when that was something else. */
  private take<Kind extends Entry['kind']>(kind: Kind, number: number): Extract<Entry, { kind: Kind }> | undefined {
    const { next } = this
    if (!next) return undefined
    if (!isOf(next, kind) || !('number' in next) || next.number !== number)
      throw new Differs(`instance ${number}: "${kind}" where "${next.kind}" was before`)
    this.advance()
    return next
  }

  private advance(): void {
    const { done, value } = this.entries.next()
    this.next = done ? undefined : value
  }

  private async repeat(entry: Entry): Promise<void> {
    switch (entry.kind) {
      case 'message':
        this.reader.push(entry.frame)
        break
      case 'turn':
        await this.turnOf(entry.number, entry.length)
        break
      case 'drained':
        for (const [number, instance] of this.residents.all()) while (instance.isDue) await this.turnOf(number)
        break
      case 'saved':
        this.residents.get(entry.number)?.repeat('saved')
        break
      case 'relieved':
        this.residents.get(entry.number)?.repeat({ relievedMs: entry.nowMs })
        break
      case 'woke':
        this.residents.get(entry.number)?.repeat('woke')
        await this.turnOf(entry.number)
        break
      default:
        throw new Differs(`"${entry.kind}" belongs to nobody`)
    }
  }

  private async turnOf(number: number, length?: number): Promise<void> {
    const instance: Instance | undefined = this.residents.get(number)
    if (!instance) return
    this.length = length
    const { promise, resolve } = Promise.withResolvers<void>()
    this.turnOver = resolve
    if (!instance.turn()) this.end()
    await promise
  }

  private tell(message: ToHost): void {
    switch (message.kind) {
      case 'words':
        this.words.learn(message.records)
        break
      case 'batch':
        this.batches++
        this.residents.deal(message)
        break
      case 'risk':
        this.residents.limit(message.number, message.terms)
        break
      case 'request':
        if (message.request.kind === 'launch' || message.request.kind === 'roll') this.ask(message.request)
    }
  }

  /** A stop of one that is to go on was never answered: it is asked for again. */
  private ask(request: Exclude<InstanceRequest, { kind: 'stop' }>): void {
    const { number } = request.launch
    const rolls = this.rolls.get(number)
    if (rolls === undefined) return
    if (request.kind === 'roll') {
      if (rolls === 0) return
      this.rolls.set(number, rolls - 1)
    }
    this.residents.fulfil(request)
  }
}

function* entriesOf(blocks: Iterable<Uint8Array>): Generator<Entry> {
  for (const block of blocks) yield* entriesIn(block)
}

const isOf = <Kind extends Entry['kind']>(entry: Entry, kind: Kind): entry is Extract<Entry, { kind: Kind }> =>
  entry.kind === kind
