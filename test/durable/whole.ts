/**
 * A part of `make soak`: the bar in its whole size, a month of candles and a file of trades while a hundred kills come. It
 * prints the first difference of each instance that has one, and ends with status 1 then.
 */
import { parseArgs } from 'node:util'
import { bar } from './bar'
import { candles, candlesOf, trades } from './recordings'

const { values } = parseArgs({
  options: {
    /** CSV of a minute each, in place of those that are made up. */
    candles: { type: 'string' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
})
const kills = Number(values.kills)
const month = values.candles === undefined ? candles(31 * 24 * 60) : await candlesOf(values.candles)
const { killed, differences } = await bar({ candles: month, trades: trades(40_000), kills, seed: Number(values.seed) })
for (const difference of differences) say(difference)
const held = differences.length === 0 && killed.length > kills / 2
say(`${killed.length} kills (${countsOf(killed)}): ${held ? 'nothing tells of them' : 'they were noticed, or too few'}`)
process.exit(held ? 0 : 1)

function countsOf(killed: readonly string[]): string {
  return [...Map.groupBy(killed, (kill) => kill)].map(([kill, all]) => `${all.length} × ${kill}`).join(', ')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
