/** `make bench`: the product's figures, as ratios against a baseline and the first-light release measured in the same run. */
import Table from 'cli-table3'
import { rowsBeside } from './beside'
import { catalogueRows } from './catalogue'
import { firstLight, type Release } from './first-light'
import { neighboursRows } from './neighbours'
import { recoveryRows } from './recovery'
import { numberOf, type Row } from './row'

/** Real gateways, in a process of their own each. */
const GATEWAYS: Readonly<Record<string, (release: Release | undefined) => Promise<Row[]>>> = {
  catalogue: catalogueRows,
  neighbours: neighboursRows,
  recovery: recoveryRows,
}
const HERE = [
  'handler',
  'fanout',
  'log',
  'backtest',
  'report',
  'sweep',
  'dev',
  'order',
  'operated',
  'queues',
  'hostile',
]
const GROUPS = [...HERE, ...Object.keys(GATEWAYS)]
/** Takes 2 GB of disk and a minute: measured when it is named. */
const NAMED_ONLY = ['pages']

const wanted = process.argv.slice(2)
const known = [...GROUPS, ...NAMED_ONLY]
const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length) {
  process.stderr.write(`no such group: ${unknown.join(', ')}; there are: ${known.join(', ')}\n`)
  process.exit(2)
}

using release = await firstLight()
if (!release) process.stderr.write('the history does not reach back to first light: nothing is compared with it\n')
const table = new Table({
  head: ['what', 'figure', 'baseline', 'ratio', 'first light', 'ratio', 'goal', ''],
  style: { head: [], border: [], compact: true },
})
for (const group of wanted.length ? wanted : GROUPS) {
  process.stderr.write(`${group} …\n`)
  const rows = await (GATEWAYS[group]?.(release) ?? rowsBeside(group, NAMED_ONLY.includes(group) ? undefined : release))
  table.push(...rows.map(cells))
}
process.stdout.write(`${table.toString()}\n`)

function cells({ what, figure, baseline, ratio, firstLight, goal, reached }: Row): string[] {
  const beside =
    firstLight === undefined ? ['', ''] : [firstLight, (numberOf(figure) / numberOf(firstLight)).toFixed(2)]
  return [what, figure, baseline, ratio.toFixed(2), ...beside, goal, reached ? 'reached' : 'not yet']
}
