/** All adapters. */
import type { Adapter } from './provider'
import { replayOf } from './replay'
import { sim } from './sim'

export interface AdapterSettings {
  /** What recordings are replayed from. */
  readonly replayDirectory: string
}

export const adaptersOf = ({ replayDirectory }: AdapterSettings): readonly Adapter[] => [sim, replayOf(replayDirectory)]
