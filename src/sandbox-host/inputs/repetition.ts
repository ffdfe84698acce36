/**
 * What a host has kept of its inputs, done once more: the same messages, and between them the same decisions, so that each
 * instance comes to where it was, bit for bit, and says again what it said. What is wrong with one of them is not the
 * others' business: it alone is lost.
 */
import { Failure } from '../../errors/failure'
import { checkToHost } from '../../protocol/check'
import { FrameReader } from '../../protocol/frames'
import type { KeptInstance, ToHost } from '../../protocol/messages'
import type { Recovered } from '../../protocol/reported'
import { WordTable } from '../../sandbox/words'
import type { InstanceRequest, Residents } from '../residents'
import type { Turns } from '../scheduler'
import type { Share } from '../share'
import type { Snapshot } from '../snapshot'
import type { Chances } from './chances'
import type { Checkpoint } from './checkpoint-file'
import { Course } from './course'
import type { Entry } from './entry'
import type { Damage, PlacedBlock } from './kept-log'
import type { Position } from './segments'

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
  readonly checkpoint: (kept: KeptInstance) => Checkpoint | undefined
  /** Where it was launched, when that is not the first time that the log tells of. */
  readonly launchedAt: (number: number) => Position | undefined
  /** It is launched there. */
  readonly begun: (number: number, position: Position) => void
  /** @returns why nothing is known of it. */
  readonly missing: (number: number) => string
  /** What comes of it is not what came of it. @returns where that can be looked at. */
  readonly differs: (number: number) => string
  /** Others are listened to, and what was said so far is on its way. */
  readonly breath: () => Promise<void>
  /** Counts up evenly, ms. */
  readonly clock: () => number
  /** CPU time of this thread, ms. */
  readonly cpu: () => number
  /** Decides what is not decided yet, where the log has ended. */
  readonly live: Chances
}

const LESS = 'less was kept of it than was told'

type Step = Entry | ({ readonly kind: 'damage' } & Damage)

export class Repetition implements Chances, Turns {
  readonly isRepeating = true
  readonly isLong = true
  /** Batches in the log, and before it. */
  batches = 0
  private readonly courses: ReadonlyMap<number, Course>
  /** The first batch behind which somebody goes on. */
  private nextCut: number
  private blocks: Iterator<PlacedBlock | Damage> = [][Symbol.iterator]()
  /** The block that is being done, or the damage. */
  private steps: readonly Step[] = []
  private at = 0
  private from: Position = { segment: 0, offset: 0 }
  private to: Position | undefined
  /** What the instance that has a turn is given; undefined: all that it may be given at once. */
  private length: number | undefined
  private turnOver: (() => void) | undefined
  private readonly reader = new FrameReader<ToHost>(checkToHost, (message) => this.tell(message))

  constructor(private readonly deps: RepetitionDeps) {
    const { keep, checkpoint } = deps
    this.courses = new Map(keep.map((kept) => [kept.number, new Course(kept, checkpoint(kept))]))
    this.nextCut = this.cutAfter()
  }

  /** @returns those that do not go on from the end of the log, as they stand. @throws Error of what is done. */
  async of(blocks: Iterable<PlacedBlock | Damage>): Promise<Snapshot[]> {
    const { clock, residents } = this.deps
    this.blocks = blocks[Symbol.iterator]()
    let sinceMs = clock()
    for (let step = this.peek(); step; step = this.peek()) {
      this.at++
      // not those of one that is not to go on, or is not there yet
      if (!('number' in step)) await this.repeat(step)
      else if (residents.get(step.number)) await this.decide(step)
      if (clock() - sinceMs < BREATH_MS) continue
      await this.deps.breath()
      sinceMs = clock()
    }
    return this.finish()
  }

  /** Those that have come to where they were go on. */
  goOn(nowMs: number): void {
    for (const [number, instance] of this.deps.residents.all()) instance.goOn(this.courses.get(number)?.sleptMs, nowMs)
  }

  failed(number: number): void {
    this.course(number).hasFailed = true
  }

  /** What it says is not heard. */
  isLost(number: number): boolean {
    return this.courses.get(number)?.lost !== undefined
  }

  /** What it took to do one of them once more, ms of CPU time. */
  usedMs(number: number): number {
    return this.course(number).usedMs
  }

  /** Once all is done. */
  get lost(): Recovered['lost'] {
    return Array.from(this.courses).flatMap(([number, { lost, hasDiffered }]) =>
      lost === undefined ? [] : [{ number, reason: lost, ...(hasDiffered && { differs: true }) }],
    )
  }

  portion(number: number, whole: Uint8Array): Uint8Array {
    const { length = whole.length } = this
    if (length > whole.length) this.differ(number, `it was given ${length} bytes where ${whole.length} wait`)
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
    this.course(number).sleptMs = nowMs
    return nowMs
  }

  woke(number: number): void {
    this.course(number).sleptMs = undefined
  }

  now(number: number): number {
    return this.take('asked', number)?.nowMs ?? this.deps.live.now(number)
  }

  admits(number: number, hasRoom: () => boolean): boolean {
    if (this.course(number).isApart) return this.deps.live.admits(number, hasRoom)
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
  private peek(): Step | undefined {
    while (this.at >= this.steps.length) {
      if (this.to) this.restore(this.to)
      const { value } = this.blocks.next()
      if (!value) return undefined
      this.at = 0
      if ('damage' in value) this.steps = [{ kind: 'damage', ...value }]
      else {
        this.steps = value.entries
        this.from = value.from
        this.to = value.to
        this.restore(value.from)
      }
    }
    return this.steps[this.at]
  }

  /** What was decided next; undefined: the log says no more of it. @throws Differs when that was something else. */
  private take<Kind extends Entry['kind']>(kind: Kind, number: number): Extract<Entry, { kind: Kind }> | undefined {
    if (this.course(number).isApart) return undefined
    const next = this.peek()
    if (!next || next.kind === 'damage') return undefined
    if (!isOf(next, kind) || !('number' in next) || next.number !== number)
      this.differ(number, `"${kind}" where "${next.kind}" was before`)
    this.at++
    return next as Extract<Entry, { kind: Kind }>
  }

  private course(number: number): Course {
    return this.courses.get(number)!
  }

  private restore({ segment, offset }: Position): void {
    for (const [number, course] of this.courses) {
      const { awaited } = course
      if (awaited?.position.segment !== segment || awaited.position.offset !== offset) continue
      course.awaited = undefined
      this.attempt(number, () => this.deps.residents.restore(awaited))
    }
  }

  private async repeat(step: Exclude<Step, { readonly number: number }>): Promise<void> {
    const { residents } = this.deps
    switch (step.kind) {
      case 'head':
        this.batches = step.batches
        this.learn(step.words)
        break
      case 'message':
        this.reader.push(step.frame)
        break
      case 'drained':
        for (const [number, instance] of residents.all())
          while (instance.isDue && !this.course(number).isApart) await this.turnOf(number)
        break
      default:
        for (const [number] of residents.all()) this.hold(number, step.damage)
    }
  }

  private async decide(entry: Extract<Entry, { readonly number: number }>): Promise<void> {
    const { number } = entry
    const instance = this.deps.residents.get(number)!
    if (entry.kind === 'renewed') this.lose(number, 'the checkpoint that it has gone on from is damaged')
    if (this.course(number).isApart) return
    switch (entry.kind) {
      case 'turn':
        await this.turnOf(number, entry.length)
        break
      case 'saved':
        instance.repeat('saved')
        break
      case 'relieved':
        instance.repeat({ relievedMs: entry.nowMs })
        break
      case 'woke':
        instance.repeat('woke')
        await this.turnOf(number)
        break
      case 'resident':
        if (entry.before.length > 0) this.deps.residents.seed(number, entry.before)
        break
      case 'refused':
      case 'renewed':
        break
      default:
        this.attempt(number, () => this.differ(number, `"${entry.kind}" where nothing was decided`))
    }
  }

  private async turnOf(number: number, length?: number): Promise<void> {
    const instance = this.deps.residents.get(number)!
    this.length = length
    const { promise, resolve } = Promise.withResolvers<void>()
    this.turnOver = resolve
    const fromMs = this.deps.cpu()
    this.attempt(number, () => {
      if (!instance.turn()) this.end()
    })
    await promise
    this.course(number).usedMs += this.deps.cpu() - fromMs
  }

  /** Does something of one instance: if it cannot be done, that one is lost. */
  private attempt(number: number, act: () => void): void {
    try {
      act()
    } catch (error) {
      this.lose(number, error instanceof Error ? error.message : String(error))
      this.end()
    }
  }

  private differ(number: number, how: string): never {
    this.course(number).hasDiffered = true
    this.lose(number, `it differs from what it was: ${how}; ${this.deps.differs(number)}`)
    throw new Differs(how)
  }

  private lose(number: number, why: string): void {
    const course = this.course(number)
    course.lost ??= why
    course.held = undefined
    this.deps.residents.dismiss(number)
  }

  /** @param records of a table that begins with the present one. */
  private learn(records: Uint8Array): void {
    const { words } = this.deps
    const all = new WordTable()
    all.learn(records)
    if (all.count > words.count) words.learn(all.from(words.count))
  }

  private tell(message: ToHost): void {
    const { residents, words } = this.deps
    switch (message.kind) {
      case 'words':
        words.learn(message.records)
        break
      case 'batch':
        if (this.batches >= this.nextCut) this.cut()
        this.batches++
        if (this.batches > this.nextCut) this.nextCut = this.cutAfter()
        residents.deal(message)
        break
      case 'risk':
        residents.limit(message.number, message.terms)
        break
      case 'request': {
        const { request } = message
        if (request.kind === 'launch' || request.kind === 'roll') this.ask(request)
        // it was never answered: it is asked for again
        else if (request.kind === 'stop') this.stopped(request)
      }
    }
  }

  private stopped({ number, unlessAsleep }: Extract<InstanceRequest, { kind: 'stop' }>): void {
    const instance = this.deps.residents.get(number)
    if (instance && !(unlessAsleep && instance.isAsleep)) this.course(number).isApart = true
  }

  private ask(request: Exclude<InstanceRequest, { kind: 'stop' }>): void {
    const { residents, begun } = this.deps
    const { number, spec } = request.launch
    const course = this.courses.get(number)
    if (!course || course.isOver || course.awaited) return
    const wasRefused = this.wasRefused(number)
    if (request.kind === 'launch') {
      if (wasRefused || spec.instanceId !== course.kept.instanceId || this.isEarlier(number)) return
      // it was there before
      residents.dismiss(number)
      course.begins()
      const fromMs = this.deps.cpu()
      this.attempt(number, () => residents.fulfil(request))
      course.usedMs += this.deps.cpu() - fromMs
      begun(number, this.from)
      return
    }
    const instance = residents.get(number)
    // another program in the place of one that nobody knows would be an instance that has forgotten everything
    if (!instance || course.isApart) return
    if (!wasRefused && instance.strategy.rolls >= course.kept.rolls) {
      course.isApart = true
      return
    }
    this.attempt(number, () => {
      try {
        residents.fulfil(request)
      } catch (error) {
        if (!wasRefused || !(error instanceof Failure)) throw error
      }
    })
  }

  /** Whether the present block is of before the launch of the one that is to go on. */
  private isEarlier(number: number): boolean {
    const launch = this.deps.launchedAt(number)
    const { segment, offset } = this.from
    return launch !== undefined && (segment < launch.segment || (segment === launch.segment && offset < launch.offset))
  }

  /** Whether a request of it has failed that was heard just now: the log says so before it says anything else. */
  private wasRefused(number: number): boolean {
    for (let at = this.at; at < this.steps.length; at++) {
      const step = this.steps[at]!
      if (step.kind === 'refused') return step.number === number
      if (step.kind !== 'asked' && step.kind !== 'silenced') return false
    }
    return false
  }

  private cut(): void {
    for (const [number, { kept }] of this.courses)
      if (kept.upTo === this.batches && this.deps.residents.get(number)) this.hold(number)
  }

  private cutAfter(): number {
    let least = Infinity
    for (const { kept } of this.courses.values())
      if (kept.upTo !== undefined && kept.upTo >= this.batches) least = Math.min(least, kept.upTo)
    return least
  }

  /** It goes on as it stands here, if that can be: what follows is not of it. @param damage what follows is missing. */
  private hold(number: number, damage?: string): void {
    const { residents } = this.deps
    const instance = residents.get(number)!
    const course = this.course(number)
    const isProven =
      !course.isBehind(instance.strategy.progress) && !(damage !== undefined && instance.strategy.isRecorded)
    const snapshot = isProven ? residents.snapshot(number) : undefined
    if (!snapshot) {
      const why = isProven ? `it was at work behind batch ${this.batches}` : LESS
      this.lose(number, damage ?? why)
      return
    }
    residents.dismiss(number)
    course.held = snapshot
  }

  private async finish(): Promise<Snapshot[]> {
    const elsewhere: Snapshot[] = []
    for (const [number, course] of this.courses) {
      if (course.isApart && !course.isOver) await this.drain(number)
      if (!course.isOver) this.prove(number, course)
      const snapshot =
        course.held ?? (course.isApart && !course.isOver ? this.deps.residents.snapshot(number) : undefined)
      if (course.held) this.attempt(number, () => this.deps.residents.restore(course.held!))
      if (snapshot && course.lost === undefined) elsewhere.push(snapshot)
    }
    return elsewhere
  }

  private async drain(number: number): Promise<void> {
    while (this.deps.residents.get(number)?.isDue) await this.turnOf(number)
  }

  /** Whether it has come to where it goes on. */
  private prove(number: number, course: Course): void {
    const instance = this.deps.residents.get(number)
    const { upTo } = course.kept
    if (!instance) this.lose(number, this.deps.missing(number))
    else if (course.isBehind(instance.strategy.progress)) this.lose(number, LESS)
    else if (upTo !== undefined && (this.batches !== upTo || !instance.isQuiet))
      this.lose(number, `the log ends before it was done with batch ${upTo}`)
  }
}

const isOf = <Kind extends Entry['kind']>(entry: Step, kind: Kind): entry is Extract<Entry, { kind: Kind }> =>
  entry.kind === kind
