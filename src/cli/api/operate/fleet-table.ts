/** What a gateway runs, as people read it. */
import type { Colors } from 'picocolors/types'
import { Decimal } from '../../../trading/decimal'
import { type Cell, hashCell, type Sheet } from '../output'
import type { Fleet, FleetMember } from './fleet'

/** A column of the table. */
export const TITLES = [
  'NAME',
  'SELECTOR',
  'HASH',
  'STATE',
  'SINCE',
  'EVENTS/S',
  'LAG',
  'POSITION',
  'EQUITY',
  'PNL TODAY',
  'CURRENCY',
] as const

export interface TableFlags {
  readonly trunc: boolean
}

/** @param nowMs since 1970. */
export function fleetSheet(
  colours: Colors,
  { members }: Pick<Fleet, 'members'>,
  { trunc }: TableFlags,
  nowMs: number,
): Sheet {
  return {
    titles: TITLES,
    rows: members.map((member) => [
      member.id,
      member.selector,
      hashCell(member.hash, trunc),
      standingCell(colours, member),
      { text: ageText(nowMs - Date.parse(member.since)), whole: member.since },
      { text: isUp(member) ? String(member.eventsPerSecond) : '', whole: member.eventsPerSecond },
      { text: isUp(member) ? `${member.lagMs}ms` : '', whole: member.lagMs },
      member.positions.map(({ symbol, quantity }) => `${quantity} ${symbol}`).join(', '),
      joined(member.worth.map(({ equity }) => amountCell(equity))),
      joined(member.worth.map(({ pnlToday }) => profitCell(colours, pnlToday))),
      member.worth.map(({ currency }) => currency).join(', '),
    ]),
  }
}

const isUp = ({ state }: FleetMember) => state === 'running'

export function stateCell({ green, red, yellow, dim }: Colors, state: FleetMember['state'] | 'finished'): Cell {
  const passing = { starting: yellow, stopping: yellow }
  const colour = { running: green, failed: red, restarting: red, ...passing, created: dim, stopped: dim }
  return { text: state, colour: state === 'finished' ? dim : colour[state] }
}

/** One that runs and may not trade does not do what it is there for. */
function standingCell(colours: Colors, { state, killSwitch }: FleetMember): Cell {
  if (state !== 'running' || killSwitch === null) return stateCell(colours, state)
  return { text: `${state}, ${killSwitch === 'kill' ? 'killed' : 'reducing'}`, colour: colours.red }
}

/** Amounts of several currencies in their order; a colour says nothing of two of them. */
function joined(cells: readonly WholeCell[]): Cell {
  const [only] = cells
  if (cells.length === 1 && only) return only
  return {
    text: cells.map(({ text }) => text).join(', '),
    whole: cells.map(({ whole }) => whole).join(', '),
  }
}

type WholeCell = Exclude<Cell, string>

/** For people with two decimals, or eight below one; programs get it whole. */
export const amountCell = (amount: string | null): WholeCell => ({ text: amountText(amount ?? ''), whole: amount })

export function profitCell({ green, red }: Colors, amount: string | null): WholeCell {
  const { sign } = Decimal.parse(amount ?? '0')
  const cell = { text: amountText(amount ?? ''), whole: amount }
  return sign === 0 ? cell : { ...cell, colour: sign > 0 ? green : red }
}

function amountText(amount: string): string {
  if (amount === '') return ''
  const value = Decimal.parse(amount)
  return value.rounded(value.absolute().compare(ONE) < 0 ? 8 : 2).toString()
}

const ONE = Decimal.parse('1')

/** As `42s`, `5m`, `3h`, `12d`. Clocks of two machines may differ a little: never below zero. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [, unit, of] = UNITS.find(([below]) => seconds < below) ?? UNITS.at(-1)!
  return `${Math.floor(seconds / of)}${unit}`
}

/** Up to how many seconds each unit is used, and how many it has. */
const UNITS: readonly (readonly [below: number, unit: string, seconds: number])[] = [
  [120, 's', 1],
  [7200, 'm', 60],
  [172_800, 'h', 3600],
  [Number.POSITIVE_INFINITY, 'd', 86_400],
]
