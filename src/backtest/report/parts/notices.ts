/** What a reader must know before the figures mean anything. */
import { timeText } from '../../result/figure-text'
import { grouped } from '../../result/grouped'
import type { Statistics } from '../../statistics/figures'
import type { ReportInput } from '../input'
import type { Section, Tone } from '../sections'

interface Notice {
  readonly tone: Tone
  readonly text: string
}

export function noticesSection(input: ReportInput): Section | undefined {
  const notices = [...endings(input), ...doubts(input)]
  return notices.length > 0 ? { kind: 'notices', id: 'notices', title: 'Notices', data: { notices } } : undefined
}

/** Why it is not a whole run. */
function endings({ result }: ReportInput): Notice[] {
  const { stopped, liquidated, stats } = result
  const notices: Notice[] = []
  if (stopped !== null) {
    const when = stats.end === null ? '' : ` at ${timeText(new Date(stats.end).toISOString())}`
    notices.push({ tone: 'loss', text: `Stopped${when}: ${stopped}. All that follows is of the part until then.` })
  }
  if (liquidated !== null) {
    const text = `Liquidated at ${timeText(liquidated)}: no equity was left; positions were closed, later orders refused.`
    notices.push({ tone: 'loss', text })
  }
  return notices
}

function doubts({ result, ran, recorder }: ReportInput): Notice[] {
  const notices: string[] = []
  const { errors, orders, data, settings } = result
  if (errors > 0) {
    const told = Array.from(recorder.faults, ([text, count]) =>
      count > 1 ? `${text} (${grouped(count, 0)} times)` : text,
    )
    notices.push(`${some(errors, 'exception')} of its handlers: ${told.join('; ')}`)
  }
  if (recorder.trades.pnl.values.length === 0) notices.push(neverTraded(orders, ran))
  else if (ran.skipped > 0) notices.push(`Dry run: ${some(ran.skipped, 'order')} not sent.`)
  for (const member of recorder.trades.pnl.values.length > 0 ? (ran.members ?? []) : []) {
    const { label, orders } = member
    const hasTraded = result.byStrategy?.some(({ strategy }) => strategy === label)
    if (!hasTraded) notices.push(neverTraded(orders, member, label))
  }
  if (isMoment(result.stats)) notices.push('All of it was at one moment: there is no curve to draw.')
  for (const { file, gaps, badRows, longestGap } of data) {
    const longest = longestGap ? `, the most ${grouped(longestGap.missing, 0)} from ${timeText(longestGap.from)}` : ''
    if (gaps > 0) notices.push(`${file}: ${some(gaps, 'candle')} missing${longest}.`)
    if (badRows > 0) notices.push(`${file}: ${some(badRows, 'broken row')} skipped.`)
  }
  if (settings.fill === 'same')
    notices.push('Market orders fill at the price that they were decided on (trade on close).')
  return notices.map((text) => ({ tone: 'warn', text }))
}

type Idle = Pick<ReportInput['ran'], 'handled' | 'awaited' | 'skipped'>

/** Nothing can be drawn over time. */
const isMoment = ({ start, end }: Statistics): boolean => start === null || end === null || end <= start

function neverTraded(orders: number, { handled, awaited, skipped }: Idle, who = 'It'): string {
  if (awaited) return `${who} never traded: no candle was complete.`
  if (!handled) return `${who} never traded: it has no handler for what the data hold.`
  if (skipped > 0) return `${who} never traded: a dry run, ${some(skipped, 'order')} not sent.`
  return `${who} never traded: ${orders === 0 ? 'it sent no order' : `${some(orders, 'order')}, of which none was filled`}.`
}

const some = (count: number, what: string): string => `${grouped(count, 0)} ${what}${count === 1 ? '' : 's'}`
