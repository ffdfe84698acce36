/** What a host tells of its instances, at those who listen to them. */
import { describe, expect, test } from 'bun:test'
import { dispatch, type HostEvent } from '../../src/hosts/host-events'
import { Placement } from '../../src/hosts/placement'
import { ProtocolError } from '../../src/protocol/check'
import { type Act, NOTHING_COUNTED } from '../../src/protocol/reported'
import type { Order } from '../../src/schema/orders'
import { CLOSED } from '../../src/trading/risk/breaker'
import { Heard, orderOf, specOf } from './hosts'

function stage() {
  const calls: unknown[] = []
  const placements = new Map<number, Placement>()
  const journals = new Map<number, Heard['journal']>()
  for (const number of [1, 2]) {
    const spec = specOf(`i${number}`, new Uint8Array(0))
    const heard = new Heard(spec.scope)
    const noted =
      (name: string) =>
      (...values: unknown[]) =>
        void calls.push([number, name, ...values])
    heard.ordered = noted('ordered')
    heard.cancelled = noted('cancelled')
    heard.skipped = noted('skipped')
    heard.refused = noted('refused')
    heard.logged = noted('logged')
    heard.told = noted('told')
    heard.saved = noted('saved')
    journals.set(number, heard.journal)
    const placement = new Placement(number, spec, heard)
    placement.starts.begin(spec, 0)
    placements.set(number, placement)
  }
  const placementOf = (number: number) => placements.get(number)
  const pass = (news: HostEvent) =>
    dispatch(
      news,
      placementOf,
      ({ number }, reason) => void calls.push([number, 'failed', reason]),
      ({ number }, how) => void calls.push([number, 'differed', how]),
    )
  /** Reports that it was sent, by their numbers in the journal. */
  const sent = (number: number, ...seqs: number[]) => {
    const placement = placements.get(number)!
    for (const seq of seqs) placement.unhandled.push({ placement, content: { tradingActive: true }, seq })
  }
  return { calls, placements, journals, pass, sent }
}

const line = (message: string) => ({ timeMs: 5, level: 'warn', source: 'host', message }) as const

test('lines, counts and states go to the instance whose number they bear, in their order', () => {
  const { calls, placements, pass } = stage()
  pass({
    kind: 'logs',
    lines: [
      { ...line('a'), number: 2, place: 0 },
      { ...line('b'), number: 1, place: 0 },
    ],
  })
  pass({
    kind: 'counts',
    counts: [
      { number: 2, startMs: 1, exceptions: 0, ...NOTHING_COUNTED, events: 3 },
      { number: 1, startMs: 1, exceptions: 0, ...NOTHING_COUNTED, events: 4 },
    ],
  })
  pass({ kind: 'state', number: 2, state: '{"s":1}' })
  expect(calls).toEqual([
    [2, 'logged', line('a')],
    [1, 'logged', line('b')],
    [2, 'saved', '{"s":1}'],
  ])
  expect([1, 2].map((number) => placements.get(number)!.stats.events)).toEqual([4, 3])
})

test('reports that were handled are told, each with the state that came of it', () => {
  const { calls, pass, sent } = stage()
  sent(1, 10, 11, 12)
  sent(2, 20)
  pass({
    kind: 'handled',
    own: [
      { number: 2, handled: 1 },
      { number: 1, handled: 2, state: '{"s":2}' },
    ],
  })
  expect(calls).toEqual([
    [2, 'told', 20],
    [1, 'told', 11],
    [1, 'saved', '{"s":2}'],
  ])
})

test('what was handled and saved comes before what was done of it, and that in its order', () => {
  const { calls, pass, sent } = stage()
  sent(1, 10)
  const order = orderOf('i1-0-1')
  const breach = { type: 'POSITION_LIMIT', reason: 'too much', metrics: {} } as const
  const refused = {
    kind: 'refused',
    provider: 'sim',
    symbol: 'BTC-USDT',
    refusal: { breach, breaker: CLOSED },
    timeMs: 3,
    untold: true,
  } as const
  const acts: Act[] = [
    { kind: 'ordered', order, timeMs: 1 },
    refused,
    { kind: 'cancelled', provider: 'sim', clientOrderId: 'i1-1', timeMs: 4 },
  ]
  pass({ kind: 'acts', number: 1, first: 0, acts, handled: 1, state: '{"s":3}' })
  expect(calls).toEqual([
    [1, 'told', 10],
    [1, 'saved', '{"s":3}'],
    [1, 'ordered', order, 1],
    [1, 'refused', refused],
    [1, 'cancelled', 'sim', 'i1-1', 4],
  ])
})

test('the end of an instance is taken note of, and what comes late of one that is gone is nothing', () => {
  const { calls, pass } = stage()
  const acts: Act[] = [{ kind: 'ordered', order: orderOf('i3-1'), timeMs: 1 }]
  pass({ kind: 'acts', number: 3, first: 0, acts, handled: 1, state: '{}' })
  pass({ kind: 'logs', lines: [{ ...line('late'), number: 3, place: 0 }] })
  pass({ kind: 'counts', counts: [{ number: 3, startMs: 1, exceptions: 0, ...NOTHING_COUNTED }] })
  pass({ kind: 'handled', own: [{ number: 3, handled: 1 }] })
  pass({ kind: 'state', number: 3, state: '{}' })
  pass({ kind: 'failed', number: 3, reason: 'late' })
  pass({ kind: 'failed', number: 1, reason: 'over its limit' })
  expect(calls).toEqual([[1, 'failed', 'over its limit']])
})

describe('what a host may not say of an instance is refused, and nothing of the message happens', () => {
  const ordered = (id: string, change: Partial<Order> = {}): Act => ({
    kind: 'ordered',
    order: orderOf(id, change),
    timeMs: 1,
  })
  const breaker = CLOSED
  const refusal = { breach: { type: 'RATE_LIMIT', reason: '', metrics: {} }, breaker } as const
  test.each<[string, Act[], number, string]>([
    [
      'an order of another instance',
      [ordered('i2-0-1')],
      0,
      'the instance i1 gives an order an id that is not its next',
    ],
    [
      'an order of an earlier start',
      [ordered('i1-z-1')],
      0,
      'the instance i1 gives an order an id that is not its next',
    ],
    ['an order without a number', [ordered('i1-0-x')], 0, 'the instance i1 gives an order an id that is not its next'],
    ['an order with the number 0', [ordered('i1-0-0')], 0, 'the instance i1 gives an order an id that is not its next'],
    [
      'an order twice',
      [ordered('i1-0-1'), ordered('i1-0-1')],
      0,
      'the instance i1 gives an order an id that is not its next',
    ],
    [
      'a provider of others',
      [ordered('i1-0-1', { provider: 'real' })],
      0,
      'the instance i1 orders what is not in its scope',
    ],
    [
      'a symbol of others',
      [ordered('i1-0-1', { symbol: 'X-Y' })],
      0,
      'the instance i1 orders what is not in its scope',
    ],
    [
      'a dry run without one',
      [{ kind: 'skipped', order: orderOf('i1-0-1'), timeMs: 1 }],
      0,
      'the instance i1 skips an order without a dry run',
    ],
    [
      'a cancel at a provider of others',
      [ordered('i1-0-1'), { kind: 'cancelled', provider: 'real', clientOrderId: 'i1-0-1', timeMs: 1 }],
      0,
      'the instance i1 cancels what is not in its scope',
    ],
    [
      'a refusal of what it does not trade',
      [{ kind: 'refused', provider: 'sim', symbol: 'X-Y', refusal, timeMs: 1, untold: false }],
      0,
      'the instance i1 is refused an order that is not in its scope',
    ],
    ['more reports than it was sent', [ordered('i1-0-1')], 3, 'the instance i1 has handled 3 reports, and was sent 2'],
  ])('%s', (_, acts, handled, reason) => {
    const { calls, pass, sent } = stage()
    sent(1, 10, 11)
    expect(() => pass({ kind: 'acts', number: 1, first: 0, acts, handled, state: '{}' })).toThrow(
      new ProtocolError(reason),
    )
    expect(calls).toEqual([])
  })

  test('an order in a dry run', () => {
    const { calls, placements, pass } = stage()
    const { starts, spec } = placements.get(1)!
    starts.begin({ ...spec, dryRun: true }, 0)
    const act = ordered('i1-0-1')
    expect(() => pass({ kind: 'acts', number: 1, first: 0, acts: [act], handled: 0 })).toThrow('orders in a dry run')
    const acts: Act[] = [{ kind: 'skipped', order: orderOf('i1-0-1'), timeMs: 2 }]
    pass({ kind: 'acts', number: 1, first: 1, acts, handled: 0 })
    expect(calls).toEqual([[1, 'skipped', orderOf('i1-0-1'), 2]])
  })

  test('more reports than it was sent, without anything done', () => {
    const { calls, pass, sent } = stage()
    sent(1, 10)
    expect(() => pass({ kind: 'handled', own: [{ number: 1, handled: 2 }] })).toThrow(ProtocolError)
    expect(calls).toEqual([])
  })
})

test('while it is rolled the orders of both programs are its own, each by its own terms, and then those of the new one alone', () => {
  const { placements, pass, calls } = stage()
  const { starts, spec } = placements.get(1)!
  const dry = { ...spec, dryRun: true }
  let first = 0
  const order = (id: string, kind: 'ordered' | 'skipped' = 'ordered') =>
    pass({ kind: 'acts', number: 1, first: first++, acts: [{ kind, order: orderOf(id), timeMs: 1 }], handled: 0 })
  starts.add(dry, 35)
  order('i1-0-1')
  order('i1-z-1', 'skipped')
  starts.keepOnly(dry, 35)
  expect(() => order('i1-0-2')).toThrow(ProtocolError)
  order('i1-z-2', 'skipped')
  starts.add(spec, 34)
  starts.drop(spec, 34)
  expect(() => order('i1-y-1')).toThrow(ProtocolError)
  expect(calls).toHaveLength(3)
})

test('nothing that a host writes reaches a terminal but its text', () => {
  const { calls, pass } = stage()
  pass({ kind: 'logs', lines: [{ ...line('\u001b[2Jwiped\nout'), number: 1, place: 0 }] })
  pass({ kind: 'failed', number: 1, reason: '\u001b]0;title\u0007over' })
  expect(calls).toEqual([
    [1, 'logged', line('wiped out')],
    [1, 'failed', 'over'],
  ])
})

describe('what a host says again that goes on for another one', () => {
  const bought = orderOf('i1-0-1', { asked: { quantity: '25%' }, price: '5', clientTag: 'a' })
  const made = (change: Partial<Order> = {}, timeMs = 3): Act => ({
    kind: 'ordered',
    order: { ...bought, ...change },
    timeMs,
  })
  const kept = { order: { ...bought, quantity: '7', reduceOnly: true }, placedMs: 3 }

  /** One order was told, and its host says so much from the beginning. */
  function again(...acts: Act[]) {
    const { calls, placements, journals, pass } = stage()
    pass({ kind: 'acts', number: 1, first: 0, acts: [made()], handled: 0 })
    journals.get(1)!.set('i1-0-1', kept)
    calls.splice(0)
    placements.get(1)!.isRepeated = true
    pass({ kind: 'acts', number: 1, first: 0, acts, handled: 0 })
    return calls
  }

  test('is what was journalled, though it may only reduce there and its share is settled, and the rest is done', () => {
    const next = orderOf('i1-0-2')
    const calls = again(made(), { kind: 'ordered', order: next, timeMs: 4 })
    expect(calls).toEqual([[1, 'ordered', next, 4]])
  })

  test('is no news where the journal has nothing of it', () => {
    expect(again(made({ clientOrderId: 'i1-0-9' }))).toEqual([])
  })

  test.each([
    ['another side', made({ side: 'sell' })],
    ['another price', made({ price: '5.1' })],
    ['another tag', made({ clientTag: 'b' })],
    ['another share', made({ asked: { quantity: '26%' } })],
    ['another time', made({}, 4)],
  ])('differs with %s, and nothing comes of it', (_, act) => {
    const calls = again(act, { kind: 'ordered', order: orderOf('i1-0-2'), timeMs: 4 })
    expect(calls).toEqual([
      [1, 'differed', expect.stringMatching(/^the journal has \{.*\}, and it would order \{.*\}$/)],
    ])
  })

  test('differs where something that is new to the gateway is in the journal', () => {
    const cancelled: Act = { kind: 'cancelled', provider: 'sim', clientOrderId: 'i1-0-1', timeMs: 3 }
    expect(again(cancelled, made())).toEqual([
      [1, 'differed', expect.stringMatching(/^the journal has \{.*\} already, which it would order once more$/)],
    ])
  })
})
