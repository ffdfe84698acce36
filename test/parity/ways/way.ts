/** A way to run a strategy: it takes all situations at once, since most of what a run takes is the start of something. */
import type { Situation } from '../situation'
import type { Transcript } from '../transcript'
import type { WayName } from './names'

export interface Way {
  readonly name: WayName
  /** Why it does not run a situation, in a sentence. */
  skips(situation: Situation): string | undefined
  /** Transcripts in the order of the situations. */
  run(situations: readonly Situation[]): Promise<Transcript[]>
}
