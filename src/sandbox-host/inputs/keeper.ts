/**
 * Whether a host keeps its inputs, and where; and how it goes on for another one that has kept them. Where the disk fails it
 * goes on unrecorded, and the gateway is told.
 */
import type { FromHost, Request } from '../../protocol/messages'
import type { Kept } from './generations'
import { KEEP_NOTHING, type Keep } from './past'
import { Recorder, type RecorderDeps } from './recorder'
import { Recovery } from './recovery'
import type { Repetition, RepetitionDeps } from './repetition'

/** See `kept` of the protocol. */
const OF_INSTANCES: ReadonlySet<FromHost['kind']> = new Set(['acts', 'logs', 'handled', 'state', 'failed'])

export interface KeeperDeps
  extends Omit<RecorderDeps, 'batches' | 'said' | 'retained'>,
    Pick<RepetitionDeps, 'breath'> {
  /** Batches that the host has had. */
  readonly batches: () => number
  /** Whatever was made is said. */
  readonly flush: () => void
  readonly unrecorded: (reason: string) => void
}

export class Keeper {
  /** While the host comes to where another one was, and waits there. */
  repetition: Repetition | undefined
  /** What is kept besides what somebody may go on from. */
  retained: Keep = KEEP_NOTHING
  private recorder: Recorder | undefined
  /** Messages of instances on this link. */
  private said = 0
  private readonly recorderDeps: RecorderDeps

  constructor(private readonly deps: KeeperDeps) {
    const batches = () => this.repetition?.batches ?? deps.batches()
    this.recorderDeps = { ...deps, batches, said: () => this.said, retained: () => this.retained }
  }

  /** In the place of what is in the folder. @throws Error of the disk. */
  record(folder: string): void {
    this.recorder?.[Symbol.dispose]()
    this.recorder = Recorder.begin(folder, this.recorderDeps)
  }

  /**
   * Comes to where the host was that has kept the folder.
   * @param goBy is to decide from now on. @throws Error of the disk, and of what is done.
   */
  async recover(
    { path: folder, keep }: Extract<Request, { kind: 'recover' }>,
    goBy: (repetition: Repetition) => void,
  ): Promise<Repetition> {
    const recovery = new Recovery({
      ...this.deps,
      ...this.recorderDeps,
      folder,
      keep,
      live: this.deps.log,
      follow: (elsewhere, gone) => this.keeping((recorder) => recorder.follow(elsewhere, gone)),
    })
    this.recorder = recovery.recorder
    this.repetition = recovery.repetition
    goBy(recovery.repetition)
    await recovery.run()
    return recovery.repetition
  }

  /** Something is about to be said: what it follows from is in the hands of the system before. */
  says(kind: FromHost['kind']): void {
    this.keeping((recorder) => recorder.flush())
    if (OF_INSTANCES.has(kind)) this.said++
  }

  begins(number: number): void {
    this.keeping((recorder) => recorder.begins(number))
  }

  /** It runs no more. */
  forget(number: number): void {
    const { repetition } = this
    // what is done once more is in the log already
    this.keeping((recorder) => (repetition ? recorder.forget(number) : recorder.ended(number)))
  }

  /** See `kept` of the protocol. */
  keeps(kept: Kept): void {
    this.keeping((recorder) => recorder.keeps(kept))
  }

  /** Between turns, when all that was made is in the hands of the gateway. */
  rest(): void {
    // how many batches and words there are is not known again before all is done once more
    if (!this.repetition) this.keeping((recorder) => recorder.rest())
  }

  private keeping(act: (recorder: Recorder) => void): void {
    if (!this.recorder) return
    try {
      act(this.recorder)
    } catch (error) {
      this.recorder[Symbol.dispose]()
      this.recorder = undefined
      this.deps.unrecorded(error instanceof Error ? error.message : String(error))
    }
  }
}
