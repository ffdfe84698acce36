/** The config of a launch against the fields that a strategy declares. */
import { expect, test } from 'bun:test'
import { checkConfig } from '../../src/compiler/config'
import type { ConfigField } from '../../src/schema/metadata'

const field = (name: string, type: ConfigField['type'], more: Partial<ConfigField> = {}): ConfigField => ({
  name,
  type,
  required: false,
  ...more,
})

const METADATA = {
  config: [
    field('symbol', 'string', { required: true }),
    field('size', 'float', { default: 0.5 }),
    field('levels', 'int'),
    field('wait', 'duration', { default: '1s' }),
    field('mode', 'enum', { options: ['fast', 'slow'], default: 'fast' }),
    field('dry_run', 'bool', { default: true }),
  ],
}

test('defaults fill in what is not given', () => {
  expect(checkConfig(METADATA, { symbol: 'BTC-USDT', size: 2, dry_run: false })).toEqual({
    config: { symbol: 'BTC-USDT', size: 2, wait: '1s', mode: 'fast', dry_run: false },
  })
})

test('all problems are told at once', () => {
  const checked = checkConfig(METADATA, { size: '2', levels: 1.5, wait: '1', mode: 'medium', dry_run: 'no', extra: 1 })
  expect('problems' in checked && checked.problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'config.symbol: "symbol" is required: a string',
    'config.size: "size" must be a number, not "2"',
    'config.levels: "levels" must be a whole number, not 1.5',
    'config.wait: "wait" must be a duration as "250ms" or "1m30s", not "1"',
    'config.mode: "mode" must be one of "fast", "slow", not "medium"',
    'config.dry_run: "dry_run" must be true or false, not "no"',
    'config.extra: "extra" is no field of the strategy',
  ])
})

test('null counts as not given', () => {
  expect(checkConfig(METADATA, { symbol: 'X', size: null })).toMatchObject({ config: { size: 0.5 } })
})

test('what every object has is not taken for a value', () => {
  const checked = checkConfig({ config: [field('constructor', 'string', { required: true })] }, {})
  expect('problems' in checked).toBe(true)
})
