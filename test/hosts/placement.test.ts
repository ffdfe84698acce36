/** What the gateway keeps of an instance: what counts against it, and what was told and left out. */
import { describe, expect, test } from 'bun:test'
import { type OwnItem, Placement } from '../../src/hosts/placement'
import { NOTHING_COUNTED } from '../../src/protocol/reported'
import type { MarketEvent } from '../../src/schema/events'
import { Heard, scope, specOf } from './hosts'

function placed() {
  const spec = specOf('owner', new Uint8Array(0), { state: '{"n":1}' })
  const heard = new Heard(spec.scope)
  return { placement: new Placement(7, spec, heard), heard }
}

const judged = ({ suspicion, hopeless, deadly }: Placement) => ({ suspicion, hopeless, deadly })

describe('who kills hosts', () => {
  test('is deadly at the third death', () => {
    const { placement } = placed()
    const history = [1, 2, 3].map((nowMs) => {
      placement.killed(nowMs)
      return judged(placement)
    })
    expect(history).toEqual([
      { suspicion: 1, hopeless: false, deadly: false },
      { suspicion: 2, hopeless: false, deadly: false },
      { suspicion: 3, hopeless: true, deadly: true },
    ])
  })

  test.each([
    ['within a minute', [1000, 31_000, 61_000], 3],
    ['in more than a minute', [1000, 31_000, 61_001], 2],
    ['of which two are forgotten at once', [1000, 1001, 61_002], 1],
  ])('is charged with the deaths of the last minute alone: %s', (_, deaths, suspicion) => {
    const { placement } = placed()
    for (const nowMs of deaths) placement.killed(nowMs)
    expect(placement.suspicion).toBe(suspicion)
  })

  test('is under suspicion, and never ended, for what others may have done', () => {
    const { placement } = placed()
    placement.killed(1)
    placement.doubted()
    expect(judged(placement)).toEqual({ suspicion: 2, hopeless: false, deadly: false })
    placement.doubted()
    placement.doubted()
    expect(judged(placement)).toEqual({ suspicion: 4, hopeless: true, deadly: false })
  })
})

describe('what its host has handled', () => {
  const own = (placement: Placement, seq?: number): OwnItem => ({
    placement,
    content: { tradingActive: true },
    ...(seq !== undefined && { seq }),
  })

  test('leaves those that wait, and the last report of it is told', () => {
    const { placement, heard } = placed()
    for (const seq of [1, undefined, 3, undefined, 5]) placement.unhandled.push(own(placement, seq))
    placement.handled(4)
    expect(heard.toldOf).toEqual([3])
    expect(placement.unhandled.toArray().map(({ seq }) => seq)).toEqual([5])
    expect(heard.states).toEqual([])
    placement.handled(4)
    placement.handled(5, '{"n":2}')
    expect([heard.toldOf, heard.states, placement.state]).toEqual([[3, 5], ['{"n":2}'], '{"n":2}'])
  })

  test('is told of before the state that comes of it is saved', () => {
    const { placement, heard } = placed()
    placement.unhandled.push(own(placement, 3))
    const order: string[] = []
    heard.told = () => void order.push('told')
    heard.saved = () => void order.push('saved')
    placement.handled(1, '{}')
    expect(order).toEqual(['told', 'saved'])
  })

  test('of flags alone tells of no report', () => {
    const { placement, heard } = placed()
    placement.unhandled.push(own(placement))
    placement.handled(1)
    expect(heard.toldOf).toEqual([])
  })
})

test('what was left out on the way is added to what its host has counted', () => {
  const { placement } = placed()
  expect(Object.values(placement.stats).filter((figure) => figure !== 0)).toEqual([])
  const event = { type: 'Ticker' } as MarketEvent
  placement.leftOut({ event, duty: 'newest', count: 3 })
  placement.leftOut({ event, duty: 'bounded', count: 4 })
  placement.leftOut({ event, duty: 'newest', count: 5 })
  placement.count({
    number: 7,
    startMs: 1,
    exceptions: 0,
    ...NOTHING_COUNTED,
    events: 10,
    dropped: 100,
    conflated: 20,
    lagMs: 6,
  })
  expect(placement.stats).toEqual({ ...NOTHING_COUNTED, events: 10, dropped: 112, conflated: 28, lagMs: 6 })
})

test('each exception is told once, also when another program begins to count anew before that is known', () => {
  const { placement, heard } = placed()
  const count = (startMs: number, exceptions: number) =>
    placement.count({ number: 7, startMs, exceptions, ...NOTHING_COUNTED, events: 9 })
  count(1, 2)
  count(1, 2)
  count(1, 3)
  expect(heard.exceptions).toBe(3)
  count(2, 3)
  placement.rolled(placement.spec, 2)
  count(2, 4)
  expect(heard.exceptions).toBe(7)
})

test('it begins as one that takes part, trades, and has the state of its spec; everything concerns it until it has started', () => {
  const { placement } = placed()
  const { current, tradingActive, reason, state, subscription } = placement
  expect({ current, tradingActive, reason, state, subscription }).toEqual({
    current: true,
    tradingActive: true,
    reason: '',
    state: '{"n":1}',
    subscription: { scope: placement.spec.scope, crossProvider: false },
  })
  placement.started = { handlers: ['onTicker'], crossProvider: true }
  expect(placement.subscription).toEqual({
    scope: [scope('sim', ['BTC-USDT'])],
    handlers: ['onTicker'],
    crossProvider: true,
  })
})
