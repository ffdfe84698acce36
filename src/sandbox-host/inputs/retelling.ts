/** What the gateway has told a host, told once more: those that are to go on, and nobody else, are launched, rolled and fed. */
import { Failure } from '../../errors/failure'
import { checkToHost } from '../../protocol/check'
import { FrameReader } from '../../protocol/frames'
import type { ToHost } from '../../protocol/messages'
import { RecordCursor } from '../../sandbox/cursor'
import type { WordTable } from '../../sandbox/words'
import type { InstanceRequest, Residents } from '../residents'
import type { Courses } from './courses'
import type { LogWalk } from './log-walk'
import { isBefore, type Position } from './segments'

type Of<Kind extends InstanceRequest['kind']> = Extract<InstanceRequest, { kind: Kind }>

export interface RetellingDeps {
  readonly residents: Residents
  readonly words: WordTable
  readonly courses: Courses
  readonly walk: LogWalk
  /** Where it was launched, when that is not the first time that the log tells of. */
  readonly launchedAt: (number: number) => Position | undefined
  /** It is launched there. */
  readonly begun: (number: number, position: Position) => void
  /** CPU time of this thread, ms. */
  readonly cpu: () => number
}

export class Retelling {
  private readonly reader = new FrameReader<ToHost>(checkToHost, (message) => this.tell(message))

  constructor(private readonly deps: RetellingDeps) {}

  /** @param frame as it came. */
  hear(frame: Uint8Array): void {
    this.reader.push(frame)
  }

  /** Those that are new. @param records of words from some number on, of which none is left out. */
  learn(records: Uint8Array): void {
    const { words } = this.deps
    const cursor = new RecordCursor(records)
    while (cursor.next())
      if (cursor.symbolWord === words.count) {
        words.learn(records.subarray(cursor.start))
        return
      }
  }

  private tell(message: ToHost): void {
    const { residents, words, courses } = this.deps
    switch (message.kind) {
      case 'words':
        words.learn(message.records)
        break
      case 'batch':
        courses.passBatch()
        residents.deal(message)
        break
      case 'risk':
        residents.limit(message.number, message.terms)
        break
      case 'request':
        this.ask(message.request)
    }
  }

  private ask(request: Extract<ToHost, { kind: 'request' }>['request']): void {
    switch (request.kind) {
      case 'launch':
        this.launch(request)
        break
      case 'roll':
        this.roll(request)
        break
      case 'stop':
        this.stopped(request)
    }
  }

  /** It was never answered: it is asked for again. */
  private stopped({ number, unlessAsleep }: Of<'stop'>): void {
    const { residents, courses } = this.deps
    const instance = residents.get(number)
    if (instance && !(unlessAsleep && instance.isAsleep)) courses.of(number).isApart = true
  }

  private launch(request: Of<'launch'>): void {
    const { residents, courses, walk, begun, cpu } = this.deps
    const { number, spec } = request.launch
    const course = courses.find(number)
    if (!course || course.isOver || course.awaited || walk.wasRefused(number)) return
    if (spec.instanceId !== course.kept.instanceId || this.isEarlier(number)) return
    // it was there before
    residents.dismiss(number)
    course.begins()
    const fromMs = cpu()
    courses.attempt(number, () => residents.fulfil(request))
    course.usedMs += cpu() - fromMs
    begun(number, walk.from)
  }

  private roll(request: Of<'roll'>): void {
    const { residents, courses, walk } = this.deps
    const { number } = request.launch
    const course = courses.find(number)
    const instance = residents.get(number)
    if (!course || course.isOver || course.awaited || course.isApart) return
    // another program in the place of one that nobody knows would be an instance that has forgotten everything
    if (!instance) return
    const wasRefused = walk.wasRefused(number)
    if (!wasRefused && instance.strategy.rolls >= course.kept.rolls) {
      course.isApart = true
      return
    }
    courses.attempt(number, () => {
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
    return launch !== undefined && isBefore(this.deps.walk.from, launch)
  }
}
