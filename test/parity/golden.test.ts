/** What a backtest says where the contract has decided what is seen, and when. */
import { beforeAll, expect, test } from 'bun:test'
import { Comparison } from './comparison'
import { golden } from './situations/golden'
import { backtest } from './ways/backtest'

let comparison: Comparison
beforeAll(async () => {
  comparison = await Comparison.of(
    golden.map(({ situation }) => situation),
    [backtest],
  )
})

test.each(golden)('$situation.name', ({ situation, said }) => {
  const { lines } = comparison.transcript(situation, 'backtest')!
  expect(lines.slice(0, lines.indexOf('the end') + 1)).toEqual([...said])
})
