/** What an instance is given by its host. */
import type { LaunchOrder } from '../protocol/launch'
import type { Act, Settled } from '../protocol/reported'
import type { Engine } from '../sandbox/engine'
import type { StrategyHost } from '../sandbox/host'
import type { WordTable } from '../sandbox/words'
import type { LineOutlet } from '../trading/session/logbook'
import type { GatewayClock } from './gateway-clock'
import type { Chances } from './inputs/chances'
import type { Turns } from './scheduler'
import type { Told } from './told'

/** Who decides what comes when: the host's clocks, or what they have decided before. */
export interface Time {
  turns: Turns
  chances: Chances
}

export interface InstanceDeps {
  /** Whether nobody waits for anything, whatever its launch says; absent: as its launch says. */
  readonly isRecorded?: () => boolean
  readonly engine: Engine
  readonly words: WordTable
  readonly time: Time
  /** How many of them have something waiting. */
  readonly load: { waiting: number }
  /** Numbers of those that are waited for and have something to handle, or are asleep in it. */
  readonly unsettled: Set<number>
  readonly maxWaiting: number
  readonly maxWaitingBytes: number
  readonly gatewayClock: GatewayClock
  /** Who is running now; 0 for nobody. */
  readonly running: (number: number) => void
  /** @param told counts them. */
  readonly lines: (number: number, told: Pick<Told, 'lines'>) => LineOutlet
  readonly send: Outgoing
  /** Stands between a strategy and what answers it, for who wants to know what it asks. */
  readonly watched?: (host: StrategyHost, launch: LaunchOrder) => StrategyHost
  /** After each change of the counts of an instance. */
  readonly counted: (number: number) => void
}

/** What an instance sends to the gateway. */
export interface Outgoing {
  /** @param first how many there were before these. */
  acts(number: number, first: number, acts: readonly Act[], settled: Settled): void
  /** Own records of it that were handled, and nothing came of them. */
  handled(number: number, settled: Settled): void
  state(number: number, state: string): void
  failed(number: number, reason: string): void
}
