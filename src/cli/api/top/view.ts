/** What `meltica top` shows, and what keys make of it. It knows of no terminal. */
import type { Colors } from 'picocolors/types'
import type { Fleet } from '../operate/fleet'
import { fleetSheet, profitCell } from '../operate/fleet-table'
import { columns, type Sheet } from '../output'
import { ORDERS, sorted } from './order'

/** How large a terminal is, in characters. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Seen {
  readonly fleet: Fleet
  /** Why it could not be looked again. */
  readonly problem?: string
}

/** Lines above the instances: what there is, a gap, titles. */
const HEAD = 3
/** Lines below them: a gap, keys. */
const FOOT = 2
const KEYS =
  'q quit   a all   r reverse   arrows move   sort: n name  s state  t time  e events  l lag  v value  p profit'
/** Left out where there is no room for all, these first. */
const LEAST_NEEDED = ['HASH', 'SELECTOR', 'SINCE']
const UP = new Set(['starting', 'running', 'stopping', 'restarting'])

export class TopView {
  private sortKey = 'n'
  private isReversed = false
  private top = 0
  private page = 1

  constructor(private all: boolean) {}

  /** @returns false for one that means nothing here. */
  press(key: string): boolean {
    if (Object.hasOwn(ORDERS, key)) {
      this.isReversed = key === this.sortKey && !this.isReversed
      this.sortKey = key
      this.top = 0
    } else if (key === 'r') this.isReversed = !this.isReversed
    else if (key === 'a') this.all = !this.all
    else return this.move(key)
    return true
  }

  private move(key: string): boolean {
    const by = {
      up: -1,
      down: 1,
      pageUp: -this.page,
      pageDown: this.page,
      home: Number.NEGATIVE_INFINITY,
      end: Infinity,
    }[key]
    if (by === undefined) return false
    this.top = Math.max(0, this.top + by)
    return true
  }

  /** As many lines as there is room for, none wider than it. @param nowMs since 1970. */
  text(colours: Colors, seen: Seen, size: Size, nowMs: number): string {
    const shown = sorted(
      seen.fleet.members.filter(({ state }) => this.all || UP.has(state)),
      this.sortKey,
      this.isReversed,
    )
    this.page = Math.max(1, size.rows - HEAD - FOOT)
    this.top = Math.min(this.top, Math.max(0, shown.length - this.page))
    const members = shown.slice(this.top, this.top + this.page)
    const sheet = this.marked(fleetSheet(colours, { ...seen.fleet, members }, { trunc: true }, nowMs))
    const table = fitted(colours, sheet, size.columns).trimEnd().split('\n')
    const room = Array.from({ length: this.page - members.length }, () => '')
    const lines = [summary(colours, seen), '', ...table, ...room, '', this.foot(colours, shown.length, seen.problem)]
    return lines.map((line) => Bun.sliceAnsi(line, 0, size.columns)).join('\n')
  }

  /** The title by which it is sorted says so. */
  private marked({ titles, rows }: Sheet): Sheet {
    const mark = this.isReversed ? '▲' : '▼'
    const { title: by } = ORDERS[this.sortKey]!
    return { titles: titles.map((title) => (title === by ? `${title}${mark}` : title)), rows }
  }

  private foot({ dim, red }: Colors, count: number, problem: string | undefined): string {
    if (problem !== undefined) return red(`${problem}; what is shown is older`)
    const part = count > this.page ? `${this.top + 1} to ${Math.min(count, this.top + this.page)} of ${count}   ` : ''
    return dim(part + KEYS)
  }
}

/** Without what there is no room for. */
function fitted(colours: Colors, whole: Sheet, width: number): string {
  let sheet = whole
  for (const title of LEAST_NEEDED) {
    const text = columns(colours, sheet.titles, sheet.rows)
    if (text.split('\n').every((line) => Bun.stringWidth(line) <= width)) return text
    const kept = sheet.titles.flatMap((one, at) => (one === title ? [] : [at]))
    const only = <T>(cells: readonly T[]) => cells.filter((_, at) => kept.includes(at))
    sheet = { titles: only(sheet.titles), rows: sheet.rows.map(only) }
  }
  return columns(colours, sheet.titles, sheet.rows)
}

/** How many there are in each state, and what all of it is worth. */
function summary(colours: Colors, { fleet: { members, totals } }: Seen): string {
  const states = Map.groupBy(members, ({ state }) => state)
  const counts = [...states].map(([state, same]) => {
    const text = `${same.length} ${state}`
    return state === 'failed' || state === 'restarting' ? colours.red(text) : text
  })
  const worth = totals.map(({ currency, equity, pnlToday }) => {
    const { text, colour = String } = cellOf(profitCell(colours, pnlToday))
    return `${cellOf(profitCell(colours, equity)).text} ${currency}, today ${colour(text)}`
  })
  return [counts.join(', ') || 'no instances', ...worth].join('   ')
}

const cellOf = (cell: ReturnType<typeof profitCell>) => (typeof cell === 'string' ? { text: cell } : cell)
