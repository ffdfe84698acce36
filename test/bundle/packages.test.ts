/** Packages that authors use, in a strategy that runs. */
import { expect, test } from 'bun:test'
import { meltica } from '../cli/meltica'
import { authorFolder } from './folders'

const STRATEGY = `import Decimal from 'decimal.js'
import { addDays, format } from 'date-fns'
import _ from 'lodash'
import { strategy } from 'meltica'
import { EMA, SMA } from 'technicalindicators'
import { SMA as StreamingSMA } from 'trading-signals'
import { z } from 'zod'

const Config = z.object({ period: z.number().int() })
enum Step { First, Second }

export default strategy({
  metadata: { name: 'packages', tag: 'v1', displayName: 'Packages', config: [{ name: 'period', type: 'int', default: 3 }], events: ['KlineSummary'] },
  create({ config, helpers }: any) {
    const { period } = Config.parse(config)
    const values = [1, 2, 4, 8]
    const streaming = new StreamingSMA(period)
    for (const value of values) streaming.add(value)
    helpers.log('sma', SMA.calculate({ period, values }).join(' '))
    helpers.log('ema', EMA.calculate({ period, values }).join(' '))
    helpers.log('streaming', Number(streaming.getResult()).toFixed(4))
    helpers.log('decimal', new Decimal('0.1').plus('0.2').toString())
    helpers.log('date', format(addDays(new Date(Date.UTC(2024, 1, 28)), 1), 'yyyy-MM-dd'))
    helpers.log('chunks', JSON.stringify(_.chunk([1, 2, 3], 2)), Step.Second)
    return {
      onKlineSummary() {
        throw new Error('too far')
      },
    }
  },
})
`
const DATA = 'timestamp,open,high,low,close,volume\n1704067200000,1,2,1,2,1\n1704067260000,2,3,2,3,1\n'

test('a strategy that imports them is checked and run, and what it throws is placed in its TypeScript', async () => {
  await using home = await authorFolder({ 'packages.ts': STRATEGY, 'data.csv': DATA }, true)
  expect(await meltica(home.path, 'check', 'packages.ts')).toMatchObject({ status: 0, stderr: '' })
  const { status, stderr } = await meltica(home.path, 'backtest', 'packages.ts', '--data', 'data.csv', '--logs')
  expect(status).toBe(0)
  for (const said of [
    'sma 2.3333333333333335 4.666666666666667',
    'ema 2.3333333333333335 5.166666666666666',
    'streaming 4.6667',
    'decimal 0.3',
    'date 2024-02-29',
    'chunks [[1,2],[3]] 1',
    'packages.ts:27:15: Error: too far',
  ]) {
    expect(stderr).toContain(said)
  }
})
