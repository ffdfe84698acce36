/** What was run, on what, under which rules: all that is needed to run it again. */
import type { DataSource } from '../../../market/files/open'
import { timeText } from '../../result/figure-text'
import { grouped } from '../../result/grouped'
import type { BacktestResult, StrategyResult, WrittenSettings } from '../../result/result'
import type { ReportInput } from '../input'
import type { CardRow, Section } from '../sections'

/** Those of its settings that a card shows. */
export type CardSettings = Omit<WrittenSettings, 'periods' | 'ordersPerSecond' | 'logsPerSecond'>

export function cardSection({ result, ran, command, version }: ReportInput): Section {
  const { strategy, strategies, config, settings, data, engine } = result
  const rows: CardRow[] = [
    ...(strategies?.map(strategyRow) ?? [
      {
        term: 'Strategy',
        lines: [`${strategy.name}:${strategy.tag}@${strategy.hash}`],
        mono: true,
        copies: 'strategy',
      },
      { term: 'Config', lines: [configText(config)], mono: true },
    ]),
    dataRow(data),
    ...settingsRows(settings, ran.currency),
    engineRow(engine, settings, version),
    { term: 'Again', lines: [command], mono: true, copies: 'command' },
  ]
  return { kind: 'card', id: 'run', title: 'Run', data: { rows } }
}

/** What all pages of runs tell of their data. */
export const dataRow = (data: readonly DataSource[]): CardRow => ({
  term: 'Data',
  lines: data.flatMap(dataLines),
  mono: true,
})

/** The rules that all runs of a page have: account, fees, fills, and what not every run has. */
export function settingsRows(settings: CardSettings, currency: string): CardRow[] {
  return [
    { term: 'Account', lines: [accountText(settings, currency)] },
    { term: 'Fills', lines: [`${feeText(settings, currency)}; ${fillText(settings)}`] },
    ...conditionRows(settings),
  ]
}

/** @param version of this program, where it has made the runs. */
export function engineRow(engine: string, { seed }: Pick<CardSettings, 'seed'>, version?: string): CardRow {
  const made = version === undefined ? '' : ` · Meltica ${version}`
  return { term: 'Engine', lines: [`${engine}${made} · seed ${seed}`], mono: true }
}

/** One of several. */
function strategyRow({ name, tag, hash, config, orders, errors, stopped }: StrategyResult): CardRow {
  const counts = [`${grouped(orders, 0)} orders`, `${grouped(errors, 0)} errors`]
  if (stopped !== null) counts.push(`stopped: ${stopped}`)
  return { term: name, lines: [`${tag}@${hash}`, configText(config), counts.join(', ')].filter(Boolean), mono: true }
}

const configText = (config: BacktestResult['config']): string =>
  Object.entries(config)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join('  ')

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function dataLines({
  file,
  sha256,
  format,
  rows,
  gaps,
  badRows,
  from,
  to,
  firstGap,
  longestGap,
}: DataSource): string[] {
  const counts = [`${grouped(rows, 0)} rows`, `${grouped(gaps, 0)} gaps`]
  if (badRows > 0) counts.push(`${grouped(badRows, 0)} broken`)
  const times = from !== null && to !== null ? [`${timeText(from)} → ${timeText(to)}`] : []
  const lines = [[file, format, ...counts, ...times].join(' · '), `sha256:${sha256}`]
  if (!firstGap || !longestGap) return lines
  const gap = ({ missing, from, to }: typeof firstGap) =>
    `${grouped(missing, 0)} candles ${timeText(from)} → ${timeText(to)}`
  const same = firstGap.from === longestGap.from
  lines.push(same ? `missing: ${gap(firstGap)}` : `missing: first ${gap(firstGap)}; most ${gap(longestGap)}`)
  return lines
}

function accountText(settings: CardSettings, currency: string): string {
  const { account, accounts, cash, leverage, margin, multiplier, marginPerContract } = settings
  const parts = [account, `${cash} ${currency} to begin with`]
  if (accounts !== undefined) parts.push(accounts === 'own' ? 'each strategy its own' : 'all strategies in one')
  if (marginPerContract !== undefined) parts.push(`margin ${marginPerContract} ${currency} a contract`)
  else if (account !== 'spot') parts.push(margin ? `leverage ${leverage}` : 'margin not checked')
  if (multiplier !== undefined) parts.push(`multiplier ${multiplier}`)
  return parts.join(', ')
}

function feeText(settings: CardSettings, currency: string): string {
  const { feeBps, makerBps, feePerContract, feeMinimum } = settings
  if (feePerContract !== undefined) {
    const minimum = feeMinimum === undefined ? '' : `, at least ${feeMinimum} ${currency} an order`
    return `fee ${feePerContract} ${currency} a contract${minimum}`
  }
  return feeBps === makerBps ? `fee ${feeBps} bps` : `fee of takers ${feeBps} bps, of makers ${makerBps} bps`
}

function fillText({ fill, limit, slippageBps, latencyMs }: CardSettings): string {
  const parts = [
    fill === 'next' ? 'market orders at the next price' : 'market orders at the price just seen',
    limit === 'through' ? 'limit orders when the price trades through' : 'limit orders when the price is touched',
    slippageBps === 0 ? 'no slippage' : `slippage ${slippageBps} bps`,
    latencyMs === 0 ? 'no latency' : `latency ${latencyMs} ms`,
  ]
  return parts.join(', ')
}

/** What not every run has. */
function conditionRows({ timeframes, filledOn, warmup, rules }: CardSettings): CardRow[] {
  const rows: CardRow[] = []
  if (timeframes) {
    const filled = filledOn === undefined ? '' : `; orders fill on ${filledOn}`
    rows.push({ term: 'Candles', lines: [`${timeframes.join(', ')}${filled}`] })
  }
  if (warmup !== undefined) rows.push({ term: 'Warm-up', lines: [`${grouped(warmup, 0)} bars, before the start`] })
  if (rules) rows.push({ term: 'Rules', lines: [rules.file, rules.sha256], mono: true })
  return rows
}
