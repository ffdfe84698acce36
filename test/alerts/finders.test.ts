/** What each kind of alert finds in what is measured, and what of it a rule leaves out. */
import { expect, test } from 'bun:test'
import { Counts } from '../../src/alerts/counts'
import { FINDERS } from '../../src/alerts/finders'
import type { Measures } from '../../src/alerts/measures'
import type { AlertRule } from '../../src/schema/alert-settings'
import type { AlertKind } from '../../src/schema/alerts'
import type { FeedItem } from '../../src/schema/feed'
import type { InstanceState } from '../../src/schema/instances'
import { QUIET } from './desk'

const rule = (when: AlertKind, more: Partial<AlertRule> = {}): AlertRule => ({
  name: when,
  when,
  severity: 'warning',
  forMs: 0,
  endsAfterMs: 0,
  limit: '',
  withinMs: 60_000,
  of: 'instance',
  since: 'start',
  filter: {},
  receivers: [],
  ...more,
})

function holding(one: AlertRule, measured: Partial<Measures>): [subject: string, summary: string][] {
  const deps = { measures: { ...QUIET, ...measured }, counts: new Counts('[]') }
  return FINDERS[one.when].holding(one, 0, deps).map(({ subject, summary }) => [subject, summary])
}

test('nothing is found where nothing is wrong', () => {
  for (const when of Object.keys(FINDERS) as AlertKind[]) expect([when, holding(rule(when), {})]).toEqual([when, []])
})

test('instances behind the market, of those alone that the rule is about', () => {
  const lags = () => [
    { instance: 'g1', lagMs: 2001 },
    { instance: 'g2', lagMs: 9000 },
    { instance: 'g3', lagMs: 2000 },
  ]
  const told = ['g1', 'instance g1 is 2001 ms behind the market']
  expect(holding(rule('lag', { limit: '2s', filter: { provider: 'sim' } }), { lags })).toEqual([
    told as [string, string],
  ])
  expect(holding(rule('lag', { limit: '2s', filter: { strategy: 'other' } }), { lags })).toEqual([])
  expect(holding(rule('lag', { limit: '2s' }), { lags }).map(([subject]) => subject)).toEqual(['g1', 'g2'])
})

test('losses are compared exactly', () => {
  const standing = { subject: 'g1', currency: 'USDT', drawdownPct: -5.1, drawdownPctToday: -1 }
  const standings = () => [{ ...standing, pnlToday: '-500.00000000000000000001' }]
  expect(holding(rule('dailyLoss', { limit: '500' }), { standings })).toEqual([
    ['g1 USDT', 'instance g1: 500.00000000000000000001 USDT lost today'],
  ])
  expect(holding(rule('dailyLoss', { limit: '500.00000000000000000001' }), { standings })).toEqual([])
  expect(holding(rule('dailyLoss', { limit: '1' }), { standings: () => [{ ...standing, pnlToday: '500' }] })).toEqual(
    [],
  )
  const since = { limit: '5' }
  expect(holding(rule('drawdown', since), { standings })).toEqual([
    ['g1 USDT', 'instance g1: 5.10 % below the best since the start'],
  ])
  expect(holding(rule('drawdown', { ...since, since: 'today' }), { standings })).toEqual([])
})

test('orders that are unknown are one alert for each instance and provider', () => {
  const unknownOrders = () =>
    ['a', 'b', 'c', 'd', 'e', 'f'].map((clientOrderId) => ({ provider: 'sim', instance: 'g1', clientOrderId }))
  expect(holding(rule('orderUnknown'), { unknownOrders })).toEqual([
    ['g1 sim', 'instance g1: nobody knows what became of orders at sim: a, b, c, d, e and 1 more'],
  ])
  expect(holding(rule('orderUnknown', { filter: { provider: 'other' } }), { unknownOrders })).toEqual([])
})

test('providers without events, a disk that fills, a journal that cannot be written', () => {
  const silent = () => [{ provider: 'sim', reason: 'it gives no events' }]
  expect(holding(rule('providerStale'), { silent })).toEqual([['sim', 'provider sim: it gives no events']])
  expect(holding(rule('disk', { limit: '10' }), { diskFreePct: () => 9.96 })).toEqual([
    ['', '10.0 % of the disk of the data folder is free'],
  ])
  expect(holding(rule('disk', { limit: '10' }), { diskFreePct: () => 10 })).toEqual([])
  expect(holding(rule('journal'), { journalProblem: () => 'the disk is full' })).toEqual([
    ['', 'the journal cannot be written: the disk is full'],
  ])
})

test('what the feed tells is found although it is over, and counted only where it is to be told', () => {
  const at = '2026-01-31T12:00:00.000Z'
  const deps = { measures: QUIET, counts: new Counts('[]') }
  const hear = (one: AlertRule, item: FeedItem, nowMs = 0) => FINDERS[one.when].heard(one, item, nowMs, deps)?.summary
  const provider = { at, type: 'provider', provider: 'sim', status: 'running', stale: true } as const
  expect(hear(rule('providerStale'), provider)).toBe('provider sim: it gives no events')
  expect(hear(rule('providerStale'), { ...provider, stale: false })).toBeUndefined()
  expect(hear(rule('providerStale'), { ...provider, status: 'stopped' })).toBeUndefined()
  const failed = { at, type: 'state', instance: 'g1', strategy: 'grid', hash: '', reason: 'it looped' } as const
  const down = 'instance g1 failed: it looped'
  for (const [state, told] of Object.entries({
    failed: down,
    restarting: down,
    stopped: undefined,
    running: undefined,
  })) {
    expect(hear(rule('instanceFailed'), { ...failed, state: state as InstanceState })).toBe(told as string)
  }
  const line = {
    at,
    type: 'log',
    instance: 'g1',
    strategy: 'grid',
    level: 'error',
    source: 'host',
    message: 'no',
  } as const
  const errors = rule('errorRate', { limit: '1', filter: { instance: 'g1' } })
  expect(hear(errors, line, 1000)).toBeUndefined()
  expect(hear(errors, { ...line, level: 'warn' }, 1000)).toBeUndefined()
  expect(hear(errors, { ...line, instance: 'g2' }, 1000)).toBeUndefined()
  expect(hear(errors, line, 61_000)).toBeUndefined()
  expect(hear(errors, line, 62_000)).toBe('errors of instance g1 within 60 s: more than 1, the last: no')
})
