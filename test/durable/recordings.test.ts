/** On recordings a crash is invisible: whatever is killed whenever, all orders, fills, lines and statistics are those of one run. */
import { expect, test } from 'bun:test'
import { bar } from './bar'
import { candles, trades } from './recordings'

const KILLS = 10

test('killed again and again, twenty instances come to what they come to undisturbed and in a backtest', async () => {
  const { killed, differences } = await bar({ candles: candles(1000), trades: trades(700), kills: KILLS, seed: 13 })
  expect(differences.join('\n')).toBe('')
  expect(killed.length).toBeGreaterThan(KILLS / 2)
}, 180_000)
