/**
 * How far each of the instances has come that are done once more, and where it goes on: at the end of the log, before it,
 * or not at all. What is wrong with one of them is not the others' business: it alone is lost.
 */
import type { KeptInstance } from '../../protocol/messages'
import type { Recovered } from '../../protocol/reported'
import type { Residents } from '../residents'
import type { Snapshot } from '../snapshot'
import type { Checkpoint } from './checkpoint-file'
import { Course } from './course'
import { isSame, type Position } from './segments'

/** The log does not fit to what comes of it. */
export class Differs extends Error {
  override readonly name = 'Differs'
}

export interface CoursesDeps {
  readonly residents: Residents
  /** Those that are to go on. */
  readonly keep: readonly KeptInstance[]
  /** Undefined: it was launched since the log begins. */
  readonly checkpoint: (kept: KeptInstance) => Checkpoint | undefined
  /** @returns why nothing is known of it. */
  readonly missing: (number: number) => string
  /** What comes of it is not what came of it. @returns where that can be looked at. */
  readonly differs: (number: number) => string
}

const LESS = 'less was kept of it than was told'

export class Courses {
  /** Batches in the log, and before it. */
  batches = 0
  private readonly courses: ReadonlyMap<number, Course>
  /** The first batch behind which somebody goes on. */
  private nextCut: number

  constructor(private readonly deps: CoursesDeps) {
    const { keep, checkpoint } = deps
    this.courses = new Map(keep.map((kept) => [kept.number, new Course(kept, checkpoint(kept))]))
    this.nextCut = this.cutAfter()
  }

  find(number: number): Course | undefined {
    return this.courses.get(number)
  }

  of(number: number): Course {
    return this.courses.get(number)!
  }

  all(): Iterable<[number, Course]> {
    return this.courses
  }

  /** Once all is done. */
  get lost(): Recovered['lost'] {
    return Array.from(this.courses).flatMap(([number, { lost, hasDiffered }]) =>
      lost === undefined ? [] : [{ number, reason: lost, ...(hasDiffered && { differs: true }) }],
    )
  }

  /** Does something of one instance. @returns undefined: it cannot be done, and that one is lost. */
  attempt<T>(number: number, act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      this.lose(number, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  /** It does something else than it did. @throws Differs. */
  differ(number: number, how: string): never {
    this.of(number).hasDiffered = true
    this.lose(number, `it differs from what it was: ${how}; ${this.deps.differs(number)}`)
    throw new Differs(how)
  }

  lose(number: number, why: string): void {
    const course = this.of(number)
    course.lost ??= why
    course.held = undefined
    this.deps.residents.dismiss(number)
  }

  /** The log has come to where those are that have a checkpoint of there. */
  reach(position: Position): void {
    for (const [number, course] of this.courses) {
      const { awaited } = course
      if (!awaited || !isSame(awaited.position, position)) continue
      course.awaited = undefined
      this.attempt(number, () => this.deps.residents.restore(awaited))
    }
  }

  /** A batch follows, behind which some may not have to be repeated. */
  passBatch(): void {
    if (this.batches >= this.nextCut) this.cut()
    this.batches++
    if (this.batches > this.nextCut) this.nextCut = this.cutAfter()
  }

  /** It goes on as it stands here, if that can be: what follows is not of it. @param damage what follows is missing. */
  hold(number: number, damage?: string): void {
    const { residents } = this.deps
    const { strategy } = residents.get(number)!
    const course = this.of(number)
    const isProven = !course.isBehind(strategy.progress) && !(damage !== undefined && strategy.isRecorded)
    const snapshot = isProven ? residents.snapshot(number) : undefined
    if (!snapshot) {
      const why = isProven ? `it was at work behind batch ${this.batches}` : LESS
      this.lose(number, damage ?? why)
      return
    }
    residents.dismiss(number)
    course.held = snapshot
  }

  /** The log has ended. @returns one that goes on, and not from there, as it stands. */
  end(number: number): Snapshot | undefined {
    const { residents } = this.deps
    const course = this.of(number)
    if (!course.isOver) this.prove(number, course)
    const snapshot = course.held ?? (course.isApart && !course.isOver ? residents.snapshot(number) : undefined)
    if (course.held) this.attempt(number, () => residents.restore(course.held!))
    return course.lost === undefined ? snapshot : undefined
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
}
