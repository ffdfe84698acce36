/** How a host comes to where another one was, from what that one has kept. */
import { evidenceOf } from '../../protocol/evidence'
import type { KeptInstance } from '../../protocol/messages'
import type { Snapshot } from '../snapshot'
import { readLaunch } from './checkpoint-file'
import type { Generation } from './generations'
import { type Damage, KeptLog, type PlacedBlock } from './kept-log'
import { Origins } from './origins'
import { Recorder, type RecorderDeps } from './recorder'
import { Repetition, type RepetitionDeps } from './repetition'
import type { Position } from './segments'

export interface RecoveryDeps extends RecorderDeps, Pick<RepetitionDeps, 'live' | 'breath'> {
  readonly folder: string
  readonly keep: readonly KeptInstance[]
  /** Whatever was made is said. */
  readonly flush: () => void
  /** See `Recorder.follow`. */
  readonly follow: (elsewhere: readonly Snapshot[], gone: readonly number[]) => void
}

export class Recovery {
  readonly recorder: Recorder
  readonly repetition: Repetition
  private readonly log: KeptLog
  private readonly origins: Origins
  /** Where those begin that have no checkpoint. */
  private readonly launches = new Map<number, Position>()
  /** The numbers of those who were there at the end of the log, as far as it says that others have gone. */
  private readonly there = new Set<number>()

  /** @throws Error of the disk. */
  constructor(private readonly deps: RecoveryDeps) {
    const { folder, engine } = deps
    this.log = new KeptLog(folder)
    this.recorder = Recorder.goOn(folder, this.log, deps)
    this.origins = new Origins(folder, this.log, { engine, log: this.log.id ?? 0n })
    this.repetition = new Repetition({
      ...deps,
      checkpoint: (kept) => this.origins.of(kept).checkpoint,
      launchedAt: (number) => readLaunch(folder, number),
      begun: (number, position) => this.launches.set(number, position),
      missing: (number) => this.missing(number),
      differs: (number) => evidenceOf(deps.folder, number, deps.now()),
    })
  }

  /** @throws Error of the disk, and of what is done. */
  async run(): Promise<void> {
    const { recorder, repetition, origins } = this
    const elsewhere = await repetition.of(this.noting(this.log.blocks()))
    this.deps.flush()
    for (const kept of this.deps.keep) this.covers(kept)
    this.deps.follow(
      elsewhere,
      [...this.there].filter((number) => !this.deps.residents.get(number)),
    )
    origins.tidy(
      (number) => !repetition.isLost(number),
      (number, at) => recorder.past.release(number, at),
    )
  }

  /** Notes on the way who is there. */
  private *noting(blocks: Iterable<PlacedBlock | Damage>): Generator<PlacedBlock | Damage> {
    const { there } = this
    for (const block of blocks) {
      if ('entries' in block) {
        for (const entry of block.entries) {
          if (entry.kind === 'resident') there.add(entry.number)
          else if (entry.kind === 'gone') there.delete(entry.number)
        }
      }
      yield block
    }
  }

  /** From where it can be done again. */
  private covers(kept: KeptInstance): void {
    const { residents, said } = this.deps
    const { number } = kept
    if (this.repetition.isLost(number)) return
    const { checkpoint, older } = this.origins.of(kept)
    // what was done once more would have to be done again
    const certain = { messages: 0, batches: 0, usedMs: -this.repetition.usedMs(number) }
    const launch = this.launches.get(number)
    const generations: Generation[] = older ? [{ ...certain, position: older }] : []
    if (checkpoint) {
      const { position, batches, launch } = checkpoint
      generations.push({ ...certain, position, messages: said(), batches: launch.spec.recorded ? batches : 0 })
    } else if (launch) generations.push({ ...certain, position: launch, isLaunch: true })
    const [first, ...rest] = generations
    if (first) this.recorder.goesOn(number, [first, ...rest])
    // it has failed
    if (!residents.get(number)) this.recorder.forget(number)
  }

  private missing(number: number): string {
    if (this.log.isEmpty) return 'nothing was kept of it'
    const kept = this.deps.keep.find((one) => one.number === number)!
    return this.origins.of(kept).damage ?? 'what was kept does not go back to its launch'
  }
}
