/** Which order ids are whose, and in which order they may come. */
import { expect, test } from 'bun:test'
import { Starts } from '../../src/hosts/starts'
import { orderOf, scope } from './hosts'

const TERMS = {
  instanceId: 'i',
  dryRun: false,
  scope: [scope('sim', ['BTC-USDT', 'ETH-USDT']), scope('other', ['XRP-USDT'])],
}
const NOT_NEXT = 'gives an order an id that is not its next'

function started(): Starts {
  const starts = new Starts()
  starts.begin(TERMS, 36)
  return starts
}

test.each<[string, string | undefined]>([
  ['1', undefined],
  ['2', undefined],
  ['999999999', undefined],
  ['1000000000', NOT_NEXT],
  ['0', NOT_NEXT],
  ['01', NOT_NEXT],
  ['-1', NOT_NEXT],
  ['1.5', NOT_NEXT],
  ['1e3', NOT_NEXT],
  ['', NOT_NEXT],
])('the first order may bear the number "%s": %p', (number, problem) => {
  expect(started().take(orderOf(`i-10-${number}`), false)).toBe(problem)
})

test('numbers go up, with gaps or without, and one that was refused counts as never given', () => {
  const starts = started()
  const take = (number: number, symbol = 'BTC-USDT') => starts.take(orderOf(`i-10-${number}`, { symbol }), false)
  expect([take(3), take(3), take(2), take(4), take(9), take(8)]).toEqual([
    undefined,
    NOT_NEXT,
    NOT_NEXT,
    undefined,
    undefined,
    NOT_NEXT,
  ])
  expect([take(12, 'XRP-USDT'), take(10)]).toEqual(['orders what is not in its scope', undefined])
})

test('a place is covered by provider and symbol together', () => {
  const starts = started()
  const covered = [
    ['sim', 'BTC-USDT'],
    ['sim', 'ETH-USDT'],
    ['other', 'XRP-USDT'],
    ['sim', 'XRP-USDT'],
    ['other', 'BTC-USDT'],
    ['third', 'BTC-USDT'],
    ['sim', undefined],
    ['third', undefined],
  ] as const
  const answers = covered.map(([provider, symbol]) => starts.covers(provider, symbol))
  expect(answers).toEqual([true, true, true, false, false, false, true, false])
})

test('a new start has numbers of its own, and what ran before is over', () => {
  const starts = started()
  expect(starts.take(orderOf('i-10-5'), false)).toBeUndefined()
  starts.begin(TERMS, 37)
  expect([starts.take(orderOf('i-10-6'), false), starts.take(orderOf('i-11-1'), false)]).toEqual([NOT_NEXT, undefined])
})

test('what is about to run beside it trades in its own scope, until one of them is kept', () => {
  for (const isKept of [true, false]) {
    const starts = started()
    const next = { ...TERMS, scope: [scope('new', ['SOL-USDT'])] }
    const inNew = { provider: 'new', symbol: 'SOL-USDT' }
    starts.add(next, 37)
    expect([starts.covers('sim'), starts.covers('new')]).toEqual([true, true])
    expect(starts.take(orderOf('i-10-1', inNew), false)).toBe('orders what is not in its scope')
    expect(starts.take(orderOf('i-11-1', inNew), false)).toBeUndefined()
    if (isKept) starts.keepOnly(next, 37)
    else starts.drop(next, 37)
    expect([starts.covers('sim'), starts.covers('new')]).toEqual([!isKept, isKept])
  }
})
