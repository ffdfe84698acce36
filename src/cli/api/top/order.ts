/** By what a list of instances is sorted, and which key asks for it. */
import { Decimal } from '../../../trading/decimal'
import type { FleetMember } from '../operate/fleet'
import type { TITLES } from '../operate/fleet-table'

type Title = (typeof TITLES)[number]

interface Order {
  readonly title: Title
  /** What is first without reversal. */
  readonly compare: (a: FleetMember, b: FleetMember) => number
}

/** By key. Names rise; of amounts the largest is first, of profits the worst, of states the failed. */
export const ORDERS: Readonly<Record<string, Order>> = {
  n: { title: 'NAME', compare: () => 0 },
  s: { title: 'STATE', compare: (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) },
  t: { title: 'SINCE', compare: (a, b) => Date.parse(b.since) - Date.parse(a.since) },
  e: { title: 'EVENTS/S', compare: (a, b) => b.eventsPerSecond - a.eventsPerSecond },
  l: { title: 'LAG', compare: (a, b) => b.lagMs - a.lagMs },
  v: { title: 'EQUITY', compare: (a, b) => amounts(b.equity, a.equity) },
  p: { title: 'PNL TODAY', compare: (a, b) => amounts(a.pnlToday, b.pnlToday) },
}

const STATES: readonly FleetMember['state'][] = [
  'failed',
  'restarting',
  'stopping',
  'starting',
  'running',
  'created',
  'stopped',
]

const amounts = (a: string | null, b: string | null) => Decimal.parse(a ?? '0').compare(Decimal.parse(b ?? '0'))

/** @param members by name, which decides where the order does not. */
export function sorted(members: readonly FleetMember[], key: string, isReversed: boolean): FleetMember[] {
  const inOrder = members.toSorted(ORDERS[key]?.compare ?? (() => 0))
  return isReversed ? inOrder.reverse() : inOrder
}
