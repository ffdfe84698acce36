/** A venue is asked until it says where an order stands. */
import { expect, test } from 'bun:test'
import { Inquiries, type InquiriesDeps } from '../../src/execution/inquiries'
import { PATIENCE, waitMs } from '../../src/execution/patience'
import { TrackedOrder } from '../../src/execution/tracked-order'
import type { OrderStanding } from '../../src/execution/venue'
import { limit } from '../trading/venue'
import { until } from '../until'

const orderA = () => new TrackedOrder('1', limit('a', 'buy', '99'))

/** What a venue answers, one after the other; the last again and again. */
function asked(
  answers: readonly (() => ReturnType<InquiriesDeps['ask']>)[],
  isEnough = () => true,
  backoff = { firstMs: 1, mostMs: 2 },
) {
  const happened: string[] = []
  const inquiries = new Inquiries({
    ask: ({ order }) => {
      const answer = answers[Math.min(happened.filter((line) => line.startsWith('asked')).length, answers.length - 1)]!
      happened.push(`asked for ${order.clientOrderId}`)
      return answer()
    },
    answered: (_, standing) => {
      happened.push(standing ? 'stands' : 'unheard')
      return isEnough()
    },
    unanswered: (_, error) => void happened.push(String(error)),
    backoff,
  })
  return { inquiries, happened }
}

const nothing = () => undefined
const refuses = () => {
  throw new Error('no line')
}

test.each<[number, number]>([
  [0, 500],
  [1, 1000],
  [5, 16_000],
  [6, 30_000],
  [60, 30_000],
])(
  'before try %i it is waited for twice as long as before the one before it, and never for longer than the most: %i ms',
  (tries, ms) => {
    expect(waitMs(PATIENCE.backoff, tries)).toBe(ms)
  },
)

test('a venue has five seconds for an answer, and every ten it is looked at what is open there', () => {
  expect([PATIENCE.answerMs, PATIENCE.lookEveryMs]).toEqual([5000, 10_000])
})

test('an answer that is enough ends it; then it may be asked for again', () => {
  const { inquiries, happened } = asked([nothing])
  using _ = inquiries
  const order = orderA()
  inquiries.ask(order)
  inquiries.ask(order)
  expect(happened).toEqual(['asked for a', 'unheard', 'asked for a', 'unheard'])
})

test('while the answer is awaited nobody asks for the same order, and everybody for another', async () => {
  const answer = Promise.withResolvers<OrderStanding | undefined>()
  const { inquiries, happened } = asked([() => answer.promise])
  using _ = inquiries
  const order = orderA()
  inquiries.ask(order)
  inquiries.ask(order)
  inquiries.ask(new TrackedOrder('1', limit('b', 'buy', '99')))
  expect(happened).toEqual(['asked for a', 'asked for b'])
  answer.resolve(undefined)
  await until(() => happened.length === 4)
  expect(happened.slice(2)).toEqual(['unheard', 'unheard'])
})

test('what is refused, lost or not enough is asked again', async () => {
  let isEnough = false
  const { inquiries, happened } = asked(
    [refuses, () => Promise.reject(new Error('lost')), nothing, () => Promise.resolve(undefined)],
    () => isEnough,
  )
  using _ = inquiries
  inquiries.ask(orderA())
  await until(() => happened.length >= 6)
  expect(happened.slice(0, 6)).toEqual([
    'asked for a',
    'Error: no line',
    'asked for a',
    'Error: lost',
    'asked for a',
    'unheard',
  ])
  isEnough = true
  await until(() => happened.length % 2 === 0 && happened.length >= 8)
})

test('the longer nobody answers, the more seldom it is asked', async () => {
  const { inquiries, happened } = asked([nothing], () => false, { firstMs: 1, mostMs: 600_000 })
  using _ = inquiries
  const beganMs = performance.now()
  inquiries.ask(orderA())
  const asks = () => happened.filter((line) => line.startsWith('asked')).length
  await until(() => asks() === 6)
  // 1 + 2 + 4 + 8 + 16 ms, and timers may be a little early
  expect(performance.now() - beganMs).toBeGreaterThan(25)
})

test('of an order that has ended meanwhile the answer is nothing to anybody, and it is not asked again', async () => {
  const answer = Promise.withResolvers<undefined>()
  const { inquiries, happened } = asked([() => answer.promise], () => false)
  using _ = inquiries
  const order = orderA()
  inquiries.ask(order)
  order.state = 'cancelled'
  answer.resolve(undefined)
  await passed()
  expect(happened).toEqual(['asked for a'])
})

test.each<[string, () => Promise<undefined>]>([
  ['an answer', async () => undefined],
  [
    'an error',
    async () => {
      throw new Error('lost')
    },
  ],
])('after the end %s is heard by nobody, and nobody is asked', async (_, answer) => {
  const asking = Promise.withResolvers<void>()
  const { inquiries, happened } = asked([() => asking.promise.then(answer)], () => false)
  inquiries.ask(orderA())
  inquiries[Symbol.dispose]()
  asking.resolve()
  await passed()
  inquiries.ask(orderA())
  expect(happened).toEqual(['asked for a'])
})

test('the end takes back what was to be asked later', async () => {
  const { inquiries, happened } = asked([refuses])
  inquiries.ask(orderA())
  inquiries[Symbol.dispose]()
  await passed()
  expect(happened).toEqual(['asked for a', 'Error: no line'])
})

/** Longer than the longest wait of these tests: timers that are due are done in their order. */
const passed = () => new Promise((resolve) => setTimeout(resolve, 10))
