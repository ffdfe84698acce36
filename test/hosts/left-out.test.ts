/** Who is told of market events that were left out on their way to a host. */
import { expect, test } from 'bun:test'
import { LeftOutEvents } from '../../src/hosts/left-out'
import { Placement } from '../../src/hosts/placement'
import { dutyOfEvent } from '../../src/protocol/conflation'
import type { HandlerName } from '../../src/sandbox/layout'
import type { MarketEvent } from '../../src/schema/events'
import { bar, ticker, trade } from '../trading/venue'
import { Heard, scope, specOf } from './hosts'

test('each has counted once what it would have been shown, whatever others see of it', () => {
  const placed = (symbols: string[], ...handlers: HandlerName[]) => {
    const spec = { ...specOf('i', new Uint8Array(0)), scope: [scope('paper', symbols)] }
    const placement = new Placement(1, spec, new Heard(spec.scope))
    placement.started = { handlers, crossProvider: false }
    return placement
  }
  const placements = [
    placed(['BTC-USDT'], 'onKlineSummary'),
    placed(['BTC-USDT'], 'onTrade'),
    placed(['ETH-USDT', 'BTC-USDT', 'BTC-USDT'], 'onTrade'),
    placed(['XRP-USDT'], 'onTrade', 'onTicker'),
  ]
  const counted = () => placements.map(({ stats: { dropped, conflated } }) => [dropped, conflated])
  const events = new LeftOutEvents()
  const add = (event: MarketEvent, count: number) => events.add({ event, count, duty: dutyOfEvent(event.type) })
  events.tell(placements)
  add(trade(1, '100'), 3)
  add(trade(2, '100'), 4)
  // in the place of each a newer one has come
  add(ticker(3, '99', '101'), 1)
  add(trade(4, '10', '1', 'ETH-USDT'), 50)
  add(bar(1, '1', '1', '1', '1'), 10_000)
  add({ ...trade(5, '10'), provider: 'other' }, 900)
  expect(counted().flat()).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  const expected = [
    [10_008, 1],
    [8, 1],
    [58, 1],
    [0, 0],
  ]
  events.tell(placements)
  expect(counted()).toEqual(expected)
  events.tell(placements)
  expect(counted()).toEqual(expected)
  add(trade(6, '100'), 1)
  events.tell(placements.slice(0, 1))
  expect(counted()[0]).toEqual([10_009, 1])
})
