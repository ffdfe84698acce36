/** Histories cut short give the same decisions, however the data name their candles; what does not is shown. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { runBacktest } from '../../../src/backtest/run'
import { DEFAULT_SETTINGS } from '../../../src/backtest/settings'
import { compileForBacktest, findStrategy } from '../../../src/backtest/strategy'
import { checkLookahead, lookaheadText } from '../../../src/backtest/validation/lookahead'
import { type DataOptions, openData } from '../../../src/market/files/open'
import { writeSample } from '../../../src/market/sample'
import { loadEngine } from '../../../src/sandbox/engine'
import { SHIPPED } from '../../cli/meltica'
import { folder } from '../backtests'

const PROVIDER = 'backtest'

async function check(name: string, open: (toMs?: number) => ReturnType<typeof openData>) {
  const engine = await loadEngine()
  const strategy = await compileForBacktest(engine, await findStrategy(name, SHIPPED))
  if ('diagnostics' in strategy) throw new Error('it does not compile')
  const defaults = strategy.metadata.config.map((field) => [field.name, field.default])
  const config = { ...Object.fromEntries(defaults), dry_run: false }
  const run = { engine, strategy, config, settings: DEFAULT_SETTINGS, provider: PROVIDER }
  return checkLookahead((feed, observer) => runBacktest({ ...run, feed, observers: [observer] }), open)
}

const NAMED_BY: readonly [string, Partial<DataOptions>][] = [
  ['start', {}],
  ['end', { format: 'ohlcv-end:1m' }],
]

for (const [named, options] of NAMED_BY) {
  test.each(['momentum', 'grid', 'meanreversion', 'marketmaking'])(
    `%s decides the same over cut data that name candles by their ${named}`,
    async (name) => {
      await using home = await folder()
      const path = join(home.path, 'BTC-USDT.csv')
      writeSample(path, { rows: 600 })
      const open = (to?: number) => openData([path], { provider: PROVIDER, ...options, ...(to && { to }) })
      const found = await check(name, open)
      expect(found).toEqual({ cuts: 20, decisions: found.decisions })
      expect(found.decisions).toBeGreaterThan(2)
      expect(lookaheadText(found)).toBe(
        `no look-ahead: cut short at 20 places, the data give the same ${found.decisions} orders and cancels up to there\n`,
      )
    },
  )

  test(`a file that ends sooner decides the same, its candles named by their ${named}`, async () => {
    await using home = await folder()
    const path = join(home.path, 'BTC-USDT.csv')
    writeSample(path, { rows: 600 })
    const lines = (await Bun.file(path).text()).split('\n')
    const begin = Number(lines[1]!.split(',')[0])
    const found = await check('momentum', async (to = Number.POSITIVE_INFINITY) => {
      const cut = join(home.path, `${to}`, 'BTC-USDT.csv')
      const rows = Math.min(600, Math.max(2, Math.floor((to - begin) / 60_000)))
      await Bun.write(cut, `${lines.slice(0, rows + 1).join('\n')}\n`)
      return openData([cut], { provider: PROVIDER, ...options })
    })
    expect(found).toEqual({ cuts: 20, decisions: found.decisions })
    expect(found.decisions).toBeGreaterThan(2)
  })
}

test('what decides otherwise without what comes later is shown, with both decisions', async () => {
  await using home = await folder()
  const [path, other] = [join(home.path, 'BTC-USDT.csv'), join(home.path, 'other/BTC-USDT.csv')]
  writeSample(path, { rows: 600 })
  await Bun.write(other, '')
  writeSample(other, { rows: 600, seed: 8 })
  const found = await check('momentum', (to) =>
    openData([to === undefined ? path : other], { provider: PROVIDER, ...(to && { to }) }),
  )
  const { cutMs, whole, cut } = found.difference!
  expect(whole).not.toEqual(cut!)
  const [said, withAll, without] = lookaheadText(found).split('\n')
  expect(said).toBe(`look-ahead: with the data cut short at ${new Date(cutMs).toISOString()} it decides otherwise`)
  expect(withAll).toBe(`  with what comes later: ${new Date(whole!.timeMs).toISOString()} ${whole!.text}`)
  expect(without).toStartWith('  without:               ')
})
