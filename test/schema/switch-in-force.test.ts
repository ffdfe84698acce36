/** Which of several kill switches an instance is told to be under. */
import { expect, test } from 'bun:test'
import type { KillSwitch } from '../../src/schema/risk'
import { switchInForce } from '../../src/schema/switch-in-force'

const set = (scope: KillSwitch['scope'], mode: KillSwitch['mode'], subject?: string): KillSwitch => ({
  scope,
  mode,
  reason: 'news',
  since: '2026-01-31T12:00:00.000Z',
  who: 'ops',
  ...(subject && { subject }),
})

test('an instance is under the hardest switch of its own, of its providers and of everything', () => {
  const grid = { id: 'grid-1', providers: ['sim', 'venue'] }
  const others = [set('instance', 'kill', 'grid-2'), set('provider', 'kill', 'other')]
  expect(switchInForce(others, grid)).toBeUndefined()
  expect(switchInForce([...others, set('all', 'reduce')], grid)).toBe('reduce')
  expect(switchInForce([set('all', 'reduce'), set('provider', 'close', 'venue')], grid)).toBe('close')
  expect(switchInForce([set('instance', 'kill', 'grid-1'), set('provider', 'close', 'sim')], grid)).toBe('kill')
})
