/** What a host tells of its instances, at those who listen to them. */
import { expect, test } from 'bun:test'
import { dispatch, type HostEvent } from '../../src/hosts/host-events'
import { Placement } from '../../src/hosts/placement'
import { NOTHING_COUNTED } from '../../src/protocol/launch'
import type { Act } from '../../src/protocol/messages'
import { CLOSED } from '../../src/trading/risk/breaker'
import { Heard, orderOf, specOf } from './hosts'

function stage() {
  const calls: unknown[] = []
  const placements = new Map<number, Placement>()
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
    placements.set(number, new Placement(number, spec, heard))
  }
  const pass = (news: HostEvent) =>
    dispatch(news, placements, ({ number }, reason) => void calls.push([number, 'failed', reason]))
  /** Reports that it was sent, by their numbers in the journal. */
  const sent = (number: number, ...seqs: number[]) => {
    const placement = placements.get(number)!
    for (const seq of seqs) placement.unhandled.push({ placement, content: { tradingActive: true }, seq })
  }
  return { calls, placements, pass, sent }
}

const line = (message: string) => ({ timeMs: 5, level: 'warn', source: 'host', message }) as const

test('lines, counts and states go to the instance whose number they bear, in their order', () => {
  const { calls, placements, pass } = stage()
  pass({
    kind: 'logs',
    lines: [
      { ...line('a'), number: 2 },
      { ...line('b'), number: 1 },
    ],
  })
  pass({
    kind: 'counts',
    counts: [
      { number: 2, ...NOTHING_COUNTED, events: 3 },
      { number: 1, ...NOTHING_COUNTED, events: 4 },
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
      [2, 1],
      [1, 2, '{"s":2}'],
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
  const order = orderOf('i1-1')
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
    { kind: 'skipped', order, timeMs: 2 },
    refused,
    { kind: 'cancelled', provider: 'sim', clientOrderId: 'i1-1', timeMs: 4 },
  ]
  pass({ kind: 'acts', number: 1, acts, handled: 1, state: '{"s":3}' })
  expect(calls).toEqual([
    [1, 'told', 10],
    [1, 'saved', '{"s":3}'],
    [1, 'ordered', order, 1],
    [1, 'skipped', order, 2],
    [1, 'refused', refused],
    [1, 'cancelled', 'sim', 'i1-1', 4],
  ])
})

test('the end of an instance is taken note of, and what comes late of one that is gone is nothing', () => {
  const { calls, pass } = stage()
  const acts: Act[] = [{ kind: 'ordered', order: orderOf('i3-1'), timeMs: 1 }]
  pass({ kind: 'acts', number: 3, acts, handled: 1, state: '{}' })
  pass({ kind: 'logs', lines: [{ ...line('late'), number: 3 }] })
  pass({ kind: 'counts', counts: [{ number: 3, ...NOTHING_COUNTED }] })
  pass({ kind: 'handled', own: [[3, 1]] })
  pass({ kind: 'state', number: 3, state: '{}' })
  pass({ kind: 'failed', number: 3, reason: 'late' })
  pass({ kind: 'failed', number: 1, reason: 'over its limit' })
  expect(calls).toEqual([[1, 'failed', 'over its limit']])
})
