/** What a venue answers of an order, as the reports that would have led there. */
import { expect, test } from 'bun:test'
import { executionReports } from '../../src/execution/standing'
import type { OrderStanding } from '../../src/execution/venue'
import type { ExecState } from '../../src/schema/events'
import { contract, SYMBOL } from '../trading/venue'
import { report } from './reports'

type Execution = OrderStanding['executions'][number]

function execution(quantity: string, price: string, timeMs: number, executionId?: string): Execution {
  const parts = { symbol: SYMBOL, side: 'buy', fee: `0.${timeMs}`, feeCurrency: 'USDT', liquidity: 'maker' } as const
  return { fill: { ...parts, quantity, price, timeMs }, ...(executionId !== undefined && { executionId }) }
}

/** Reports that lead to a standing of an order of 10. */
function reports(state: ExecState, filledQuantity: string, avgFillPrice: string, executions: Execution[]) {
  const { payload } = report(state, filledQuantity).report
  const standing = { payload: { ...payload, quantity: '10', avgFillPrice }, executions }
  return executionReports('1', contract(SYMBOL), standing).map(({ owner, executionId, report: told }) => {
    const { payload: one, fill } = told
    const amounts = [one.state, one.filledQuantity, one.remainingQty, one.avgFillPrice, one.commissionAmount]
    return [owner, executionId, ...amounts, one.commissionAsset, one.timestamp, fill?.quantity]
  })
}

const ALL = [execution('1', '100', 1, 'e1'), execution('3', '96', 2), execution('4', '98', 3, 'e3')]

test('when all executions are known each has the totals of its time, and the end is that of the last', () => {
  expect(reports('PARTIAL', '8', '97.5', ALL)).toEqual([
    ['1', 'e1', 'PARTIAL', '1', '9', '100', '0.1', 'USDT', 1, '1'],
    ['1', undefined, 'PARTIAL', '4', '6', '97', '0.2', 'USDT', 2, '3'],
    ['1', 'e3', 'PARTIAL', '8', '2', '97.5', '0.3', 'USDT', 3, '4'],
  ])
})

test('when only the newest are known they begin behind what was filled before, at the average of all', () => {
  expect(reports('FILLED', '10', '97.9', ALL)).toEqual([
    ['1', 'e1', 'PARTIAL', '3', '7', '97.9', '0.1', 'USDT', 1, '1'],
    ['1', undefined, 'PARTIAL', '6', '4', '97.9', '0.2', 'USDT', 2, '3'],
    ['1', 'e3', 'FILLED', '10', '0', '97.9', '0.3', 'USDT', 3, '4'],
  ])
})

test.each<ExecState>(['CANCELLED', 'EXPIRED', 'PARTIAL'])(
  'the last execution of an order that is %s has not ended it',
  (state) => {
    expect(reports(state, '8', '97.5', ALL).map(([, , one]) => one)).toEqual(['PARTIAL', 'PARTIAL', 'PARTIAL'])
  },
)

test('what was never executed has no reports', () => {
  expect(reports('ACK', '0', '0', [])).toEqual([])
})
