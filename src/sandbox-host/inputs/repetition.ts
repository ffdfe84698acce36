/**
 * What a host has kept of its inputs, done once more: the same messages, and between them the same decisions, so that each
 * instance comes to where it was, bit for bit, and says again what it said.
 */
import type { Recovered } from '../../protocol/reported'
import { OneByOne } from '../one-by-one'
import type { Snapshot } from '../snapshot'
import type { Chances } from './chances'
import { Courses, type CoursesDeps } from './courses'
import type { Entry } from './entry'
import type { Damage, PlacedBlock } from './kept-log'
import { LogWalk, type Step } from './log-walk'
import { Retelling, type RetellingDeps } from './retelling'

/** After so long others are listened to, ms. */
const BREATH_MS = 20

export interface RepetitionDeps extends CoursesDeps, Omit<RetellingDeps, 'courses' | 'walk'> {
  /** Others are listened to, and what was said so far is on its way. */
  readonly breath: () => Promise<void>
  /** Counts up evenly, ms. */
  readonly clock: () => number
  /** Decides what is not decided yet, where the log has ended. */
  readonly live: Chances
}

export class Repetition extends OneByOne implements Chances {
  readonly isRepeating = true
  private readonly courses: Courses
  private readonly walk: LogWalk
  private readonly retelling: Retelling
  /** What the instance that has a turn is given; undefined: all that it may be given at once. */
  private length: number | undefined

  constructor(private readonly deps: RepetitionDeps) {
    super()
    const courses = new Courses(deps)
    this.courses = courses
    this.walk = new LogWalk((position) => courses.reach(position))
    this.retelling = new Retelling({ ...deps, courses, walk: this.walk })
  }

  /** Batches in the log, and before it. */
  get batches(): number {
    return this.courses.batches
  }

  /** @returns those that do not go on from the end of the log, as they stand. @throws Error of what is done. */
  async of(blocks: Iterable<PlacedBlock | Damage>): Promise<Snapshot[]> {
    const { clock, residents } = this.deps
    const { walk } = this
    walk.begin(blocks)
    let sinceMs = clock()
    for (let step = walk.peek(); step; step = walk.peek()) {
      walk.pass()
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
    for (const [number, instance] of this.deps.residents.all()) instance.goOn(this.courses.find(number)?.sleptMs, nowMs)
  }

  failed(number: number): void {
    this.courses.of(number).hasFailed = true
  }

  /** What it says is not heard. */
  isLost(number: number): boolean {
    return this.courses.find(number)?.lost !== undefined
  }

  /** What it took to do one of them once more, ms of CPU time. */
  usedMs(number: number): number {
    return this.courses.of(number).usedMs
  }

  /** Once all is done. */
  get lost(): Recovered['lost'] {
    return this.courses.lost
  }

  portion(number: number, whole: Uint8Array): Uint8Array {
    const { length = whole.length } = this
    if (length > whole.length) this.courses.differ(number, `it was given ${length} bytes where ${whole.length} wait`)
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
    this.courses.of(number).sleptMs = nowMs
    return nowMs
  }

  woke(number: number): void {
    this.courses.of(number).sleptMs = undefined
  }

  now(number: number): number {
    return this.take('asked', number)?.nowMs ?? this.deps.live.now(number)
  }

  admits(number: number, hasRoom: () => boolean): boolean {
    if (this.courses.of(number).isApart) return this.deps.live.admits(number, hasRoom)
    return this.walk.peek()?.kind !== 'silenced' || !this.take('silenced', number)
  }

  /** What was decided next; undefined: the log says no more of it. @throws Differs when that was something else. */
  private take<Kind extends Entry['kind']>(kind: Kind, number: number): Extract<Entry, { kind: Kind }> | undefined {
    if (this.courses.of(number).isApart) return undefined
    const next = this.walk.peek()
    if (!next || next.kind === 'damage') return undefined
    if (!isOf(next, kind) || !('number' in next) || next.number !== number)
      this.courses.differ(number, `"${kind}" where "${next.kind}" was before`)
    this.walk.pass()
    return next as Extract<Entry, { kind: Kind }>
  }

  private async repeat(step: Exclude<Step, { readonly number: number }>): Promise<void> {
    const { residents } = this.deps
    switch (step.kind) {
      case 'head':
        this.courses.batches = step.batches
        this.retelling.learn(step.words)
        break
      case 'message':
        this.retelling.hear(step.frame)
        break
      case 'drained':
        for (const [number, instance] of residents.all())
          while (instance.isDue && !this.courses.of(number).isApart) await this.repeatTurn(number)
        break
      default:
        for (const [number] of residents.all()) this.courses.hold(number, step.damage)
    }
  }

  private async decide(entry: Extract<Entry, { readonly number: number }>): Promise<void> {
    const { number } = entry
    const instance = this.deps.residents.get(number)!
    if (entry.kind === 'renewed') this.courses.lose(number, 'the checkpoint that it has gone on from is damaged')
    if (this.courses.of(number).isApart) return
    switch (entry.kind) {
      case 'turn':
        await this.repeatTurn(number, entry.length)
        break
      case 'saved':
        instance.repeat('saved')
        break
      case 'relieved':
        instance.repeat({ relievedMs: entry.nowMs })
        break
      case 'woke':
        instance.repeat('woke')
        await this.repeatTurn(number)
        break
      case 'resident':
        if (entry.before.length > 0) this.deps.residents.seed(number, entry.before)
        break
      case 'refused':
      case 'renewed':
      case 'gone':
        break
      default:
        this.courses.attempt(number, () => this.courses.differ(number, `"${entry.kind}" where nothing was decided`))
    }
  }

  private async repeatTurn(number: number, length?: number): Promise<void> {
    const instance = this.deps.residents.get(number)!
    this.length = length
    const fromMs = this.deps.cpu()
    await this.turnOf(() => this.courses.attempt(number, () => instance.turn()) ?? false)
    this.courses.of(number).usedMs += this.deps.cpu() - fromMs
  }

  private async finish(): Promise<Snapshot[]> {
    const elsewhere: Snapshot[] = []
    for (const [number, course] of this.courses.all()) {
      if (course.isApart && !course.isOver) await this.drain(number)
      const snapshot = this.courses.end(number)
      if (snapshot) elsewhere.push(snapshot)
    }
    return elsewhere
  }

  private async drain(number: number): Promise<void> {
    while (this.deps.residents.get(number)?.isDue) await this.repeatTurn(number)
  }
}

const isOf = <Kind extends Entry['kind']>(entry: Step, kind: Kind): entry is Extract<Entry, { kind: Kind }> =>
  entry.kind === kind
