/** Whether what hosts have kept can be read: looked at, and nothing changed, also while they go on writing. */
import { relative } from 'node:path'
import { reasonOf } from '../files/reason'
import { checkpointsIn, readCheckpoint } from '../sandbox-host/inputs/checkpoint-file'
import type { Position } from '../sandbox-host/inputs/segments'
import { entriesOf, foldersIn, isGone, type LogFiles, logsIn, segmentsIn } from './log-reader'
import { finished, type Steps, untilDamage } from './steps'

export interface Looking {
  /** The hash of the engine, of which checkpoints are to be. */
  readonly engine: string
  /** Each segment to its end, and all checkpoints; else what the newest ones begin with, and the last of each instance. */
  readonly deep: boolean
}

export interface Soundness {
  readonly segments: number
  readonly checkpoints: number
  /** Segments and checkpoints that were not looked at. */
  readonly unseen: number
  /** What cannot be read, in a sentence each. */
  readonly problems: readonly string[]
}

/** They are read as a whole: more would take longer than a moment. */
const MOST_SEGMENTS = 16
const MOST_CHECKPOINTS = 256

/** @param folder of all hosts. @throws Error of the disk. */
export const soundnessOf = (folder: string, looking: Looking): Promise<Soundness> =>
  finished(new Look(folder, looking).steps())

class Look {
  private segments = 0
  private checkpoints = 0
  private seenSegments = 0
  private seenCheckpoints = 0
  private readonly problems: string[] = []

  constructor(
    private readonly folder: string,
    private readonly looking: Looking,
  ) {}

  *steps(): Steps<never, Soundness> {
    const logs = logsIn(this.folder)
    const known = new Set(logs.flatMap(({ folders }) => folders))
    // nothing tells which logs these are
    const strays = foldersIn(this.folder).filter((path) => !known.has(path))
    for (const log of [...logs, ...strays.map((path) => ({ folders: [path] }))]) yield* this.lookAt(log)
    const { segments, checkpoints, problems } = this
    const unseen = segments - this.seenSegments + checkpoints - this.seenCheckpoints
    return { segments, checkpoints, unseen, problems }
  }

  private *lookAt(log: LogFiles): Steps<never> {
    const segments = segmentsIn(log)
    this.segments += segments.length
    for (const [at, segment] of segments.entries())
      if (at > 0 && segments[at - 1] !== segment - 1) this.tell(log, `segment ${segment - 1} is missing`)
    for (const segment of segments.reverse()) {
      if (!this.looking.deep && this.seenSegments >= MOST_SEGMENTS) break
      this.seenSegments++
      yield* this.read(log, segment)
    }
    for (const path of log.folders) yield* this.readCheckpoints(log, path)
  }

  private *read(log: LogFiles, segment: number): Steps<never> {
    const damaged = (error: unknown) => {
      // it was removed meanwhile
      if (isGone(error)) return
      const reason = reasonOf(error)
      this.tell(log, reason.includes(`segment ${segment} `) ? reason : `segment ${segment} cannot be read: ${reason}`)
    }
    for (const step of untilDamage(entriesOf(log, segment), damaged)) {
      if (!step || step instanceof Promise) yield step
      else if (!this.looking.deep) break
    }
  }

  private *readCheckpoints(log: LogFiles, path: string): Steps<never> {
    const { engine, deep } = this.looking
    for (const [number, positions] of checkpointsIn(path)) {
      this.checkpoints += positions.length
      for (const position of deep ? positions : positions.slice(0, 1)) {
        if (!deep && this.seenCheckpoints >= MOST_CHECKPOINTS) break
        this.seenCheckpoints++
        const problem = log.id === undefined ? undefined : problemOf(path, number, position, { engine, log: log.id })
        if (problem !== undefined) this.tell(log, `a checkpoint of number ${number} ${problem}`)
        yield undefined
      }
    }
  }

  private tell({ folders }: LogFiles, problem: string): void {
    this.problems.push(`${relative(this.folder, folders[0]!)}: ${problem}`)
  }
}

function problemOf(
  folder: string,
  number: number,
  position: Position,
  origin: { readonly engine: string; readonly log: bigint },
): string | undefined {
  try {
    const read = readCheckpoint(folder, number, position, origin)
    return typeof read === 'string' ? read : undefined
  } catch (error) {
    // it was removed meanwhile
    return isGone(error) ? undefined : `cannot be read: ${reasonOf(error)}`
  }
}
