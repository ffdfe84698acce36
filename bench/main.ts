/** `make bench`: the product's figures, as ratios against a baseline measured in the same run. */
import Table from 'cli-table3'
import { backtestRows } from './backtest'
import { catalogueRows } from './catalogue'
import { fanoutRows } from './fanout'
import { handlerRows } from './handler'
import { hostileRows } from './hostile'
import { orderRows } from './order'
import type { Row } from './row'

const GROUPS: Record<string, () => Promise<Row[]>> = {
  handler: handlerRows,
  fanout: fanoutRows,
  backtest: backtestRows,
  order: orderRows,
  hostile: hostileRows,
  catalogue: catalogueRows,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in GROUPS))
if (unknown.length) {
  process.stderr.write(`no such group: ${unknown.join(', ')}; there are: ${Object.keys(GROUPS).join(', ')}\n`)
  process.exit(2)
}

const table = new Table({ head: ['what', 'figure', 'baseline', 'ratio', 'goal', ''], style: { head: [], border: [] } })
for (const [name, measure] of Object.entries(GROUPS)) {
  if (wanted.length && !wanted.includes(name)) continue
  process.stderr.write(`${name} …\n`)
  for (const { what, figure, baseline, ratio, goal, reached } of await measure()) {
    table.push([what, figure, baseline, ratio.toFixed(2), goal, reached ? 'reached' : 'not yet'])
  }
}
process.stdout.write(`${table.toString()}\n`)
