/** Keeps a host's inputs in a folder, with checkpoints of its instances, so that another host can go on for it. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAside } from '../../protocol/evidence'
import type { WordTable } from '../../sandbox/words'
import type { Snapshot } from '../snapshot'
import { Checkpoints, type CheckpointsDeps } from './checkpoints'
import type { Generation, Kept } from './generations'
import type { InputLog } from './input-log'
import { isPast, type Keep, Past, pastFolder, putPast } from './past'
import { type Position, Segments } from './segments'

/** In it stands whose the folder is. */
const OWNER = 'owner'

export interface RecorderDeps extends Omit<CheckpointsDeps, 'folder' | 'segments' | 'past' | 'origin'> {
  /** The hash of the engine. */
  readonly engine: string
  readonly log: InputLog
  readonly words: WordTable
  /** What is kept besides what somebody may go on from. */
  readonly retained: () => Keep
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class Recorder implements Disposable {
  private readonly mark = randomBytes(8).toString('hex')
  private readonly segments: Segments
  private readonly checkpoints: Checkpoints
  readonly past: Past

  /** @param id of the log. @param isContinued others have written it before. @param end where it is written on. */
  private constructor(
    private readonly folder: string,
    private readonly id: bigint,
    private readonly isContinued: boolean,
    end: Position,
    private readonly deps: RecorderDeps,
  ) {
    writeFileSync(join(folder, OWNER), this.mark, { mode: 0o600 })
    this.segments = new Segments(folder, end)
    const origin = { engine: deps.engine, log: id }
    const { retained: keep, now, residents } = deps
    this.past = new Past({ folder, past: pastFolder(folder, id), keep, now, count: () => residents.count })
    this.checkpoints = new Checkpoints({ ...deps, folder, segments: this.segments, past: this.past, origin })
    deps.log.writeTo(this.segments)
  }

  /** In the place of what is in the folder. @throws Error of the disk. */
  static begin(folder: string, deps: RecorderDeps): Recorder {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (deps.retained().forMs > 0) putPast(folder, newId())
    for (const name of readdirSync(folder))
      if (!isAside(name) && !isPast(name)) rmSync(join(folder, name), { recursive: true, force: true })
    const recorder = new Recorder(folder, newId(), false, { segment: 0, offset: 0 }, deps)
    recorder.head()
    // those that are there already have a checkpoint as soon as may be
    for (const [number] of deps.residents.all())
      recorder.checkpoints.begins(number, recorder.launch(Number.NEGATIVE_INFINITY))
    return recorder
  }

  /** Behind what is in the folder. @param id of the log that is there. @throws Error of the disk. */
  static goOn(folder: string, { id = newId(), end }: { id?: bigint | undefined; end: Position }, deps: RecorderDeps) {
    return new Recorder(folder, id, true, end, deps)
  }

  /** It is about to be launched: what is known of it begins here. */
  begins(number: number): void {
    const launch = this.launch(0)
    if (this.isContinued) this.checkpoints.launched(number, launch)
    else this.checkpoints.begins(number, launch)
  }

  /** It goes on from one of these, oldest first. */
  goesOn(number: number, generations: readonly [Generation, ...Generation[]]): void {
    this.checkpoints.begins(number, ...generations)
  }

  /**
   * All was done once more: what comes is written behind it.
   * @param elsewhere those that do not go on from the end of the log, as they stand. @throws Error of the disk.
   */
  follow(elsewhere: readonly Snapshot[]): void {
    const { log } = this.deps
    if (this.segments.position.offset === 0) this.head()
    for (const { launch } of elsewhere) log.renewed(launch.number)
    log.flush()
    const { position } = this.segments
    for (const snapshot of elsewhere) {
      this.checkpoints.write(snapshot, true)
      this.past.spare(snapshot.launch.number, position)
    }
  }

  forget(number: number): void {
    this.checkpoints.forget(number)
  }

  /** See `kept` of the protocol. */
  keeps(kept: Kept): void {
    this.checkpoints.keeps(kept)
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
    const { log } = this.deps
    this.checkpoints.take(() => {
      this.owns()
      log.settle()
    })
    if (!this.segments.isFull) {
      if (this.past.isSweepDue) this.tidy()
      return
    }
    this.owns()
    log.settle()
    this.segments.turn()
    this.head()
    this.checkpoints.trim()
  }

  private tidy(): void {
    this.owns()
    this.checkpoints.trim()
  }

  /** Who comes later has the folder for itself, even while an earlier one has not noticed yet. @throws Error then. */
  private owns(): void {
    if (readFileSync(join(this.folder, OWNER), 'utf8') !== this.mark)
      throw new Error('another host keeps its inputs in the same folder')
  }

  private head(): void {
    const { log, words, batches, residents } = this.deps
    log.head({ log: this.id, words: words.from(0), batches: batches() })
    // whoever reads a segment need not have read those before it
    for (const [number, { resident }] of residents.all()) log.resident(number, resident, NO_RECORDS)
  }

  private launch(usedMs: number): Generation {
    return { position: this.segments.position, messages: 0, batches: 0, usedMs, isLaunch: true }
  }
}

const NO_RECORDS = new Uint8Array(0)

const newId = () => randomBytes(8).readBigUInt64LE()
