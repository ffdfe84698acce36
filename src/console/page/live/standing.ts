/** How an instance stands: what is worst comes first. */
import type { Instance } from '../../../schema/instances'
import type { SwitchMode } from '../../../schema/risk'
import type { Portfolio } from '../../../schema/worth'
import { toneOf } from '../format'

/** From so far behind the market on it is shown as lagging. */
const LAGGING_MS = 1000

export interface Row {
  readonly instance: Instance
  /** failed, restarting, killed, reducing, lagging, losing, running, or another state. */
  readonly standing: string
  readonly worth: Portfolio['groups'][number] | undefined
}

const WORST = [
  'failed',
  'restarting',
  'killed',
  'reducing',
  'lagging',
  'losing',
  'starting',
  'stopping',
  'running',
  'created',
  'stopped',
]

/** @param mode of the kill switch that is set for it. */
export function rowOf(instance: Instance, worth: Row['worth'], mode: SwitchMode | undefined): Row {
  return { instance, worth, standing: standingOf(instance, worth, mode) }
}

function standingOf({ state, stats }: Instance, worth: Row['worth'], mode: SwitchMode | undefined): string {
  if (state !== 'running') return state
  if (mode !== undefined) return mode === 'kill' ? 'killed' : 'reducing'
  if (stats.lagMs >= LAGGING_MS) return 'lagging'
  return toneOf(worth?.pnlToday) === 'loss' ? 'losing' : 'running'
}

/** The worst first; among equals who has lost most today. */
export function worstFirst(one: Row, other: Row): number {
  return (
    WORST.indexOf(one.standing) - WORST.indexOf(other.standing) ||
    pnlOf(one) - pnlOf(other) ||
    (one.instance.id < other.instance.id ? -1 : 1)
  )
}

export const pnlOf = ({ worth }: Row): number => Number(worth?.pnlToday ?? 0)
