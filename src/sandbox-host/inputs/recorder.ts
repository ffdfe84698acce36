/** Keeps a host's inputs in a folder, with checkpoints of its instances, so that another host can go on for it. */
import type { WordTable } from '../../sandbox/words'
import type { Residents } from '../residents'
import { Checkpoints } from './checkpoints'
import type { InputLog } from './input-log'
import { type Position, Segments } from './segments'

const NO_RECORDS = new Uint8Array(0)

export interface RecorderDeps {
  readonly log: InputLog
  readonly residents: Residents
  readonly words: WordTable
  /** See `HostSettings`. */
  readonly mostRedoMs: number
  /** Batches so far. */
  readonly batches: () => number
  /** Counts up evenly, ms. */
  readonly clock: () => number
}

export class Recorder implements Disposable {
  private readonly checkpoints: Checkpoints

  private constructor(
    private readonly segments: Segments,
    folder: string,
    private readonly deps: RecorderDeps,
  ) {
    this.checkpoints = new Checkpoints(folder, segments, deps.residents, deps.mostRedoMs, deps.clock)
  }

  /** In the place of what is in the folder. @throws Error of the disk. */
  static begin(folder: string, deps: RecorderDeps): Recorder {
    const recorder = new Recorder(Segments.begin(folder), folder, deps)
    deps.log.writeTo(recorder.segments)
    deps.log.head(deps.words.from(0), deps.batches())
    recorder.mentionResidents()
    // those that are there already have a checkpoint as soon as may be
    for (const [number] of deps.residents.all())
      recorder.checkpoints.begins(number, recorder.segments.position, Number.NEGATIVE_INFINITY)
    return recorder
  }

  /** Behind what is in the folder. @throws Error of the disk. */
  static goOn(folder: string, deps: RecorderDeps): Recorder {
    const recorder = new Recorder(Segments.goOn(folder), folder, deps)
    deps.log.writeTo(recorder.segments)
    return recorder
  }

  /** It is about to be launched: what is known of it begins here. */
  begins(number: number, at: Position = this.segments.position): void {
    this.checkpoints.begins(number, at, 0)
  }

  forget(number: number): void {
    this.checkpoints.forget(number)
  }

  /** What was noted is in the hands of the system. @throws Error of the disk. */
  flush(): void {
    this.deps.log.flush()
  }

  /** Nothing is kept from now on. */
  [Symbol.dispose](): void {
    this.deps.log.writeTo(undefined)
    this.segments[Symbol.dispose]()
  }

  /** Between turns, when all that was made is in the hands of the gateway. @throws Error of the disk. */
  rest(): void {
    const { log, words, batches } = this.deps
    this.checkpoints.take(() => log.settle())
    if (!this.segments.isFull) return
    log.settle()
    this.segments.turn()
    log.head(words.from(0), batches())
    this.mentionResidents()
    this.checkpoints.trim()
  }

  /** Whoever reads a segment need not have read those before it. */
  private mentionResidents(): void {
    for (const [number, { resident }] of this.deps.residents.all()) this.deps.log.resident(number, resident, NO_RECORDS)
  }
}
