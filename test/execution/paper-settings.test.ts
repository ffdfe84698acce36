/** What a paper exchange charges and an account there has, when the config says little of it. */
import { expect, test } from 'bun:test'
import { type PaperSettings, paperSettings } from '../../src/execution/paper-settings'
import { instrument } from '../trading/venue'

const RULES: PaperSettings['rules'] = {
  fill: 'next',
  limit: 'through',
  slippageBps: '0',
  makerBps: '10',
  takerBps: '10',
  latencyMs: 0,
}

test.each<[string, object | undefined, Partial<PaperSettings['rules']>]>([
  ['nothing', undefined, {}],
  ['no terms', {}, {}],
  ['one fee for both', { feeBps: 2.5 }, { makerBps: '2.5', takerBps: '2.5' }],
  ['a fee of nothing', { feeBps: 0 }, { makerBps: '0', takerBps: '0' }],
  ['a rebate for makers alone', { makerBps: '-1' }, { makerBps: '-1' }],
  ['a fee of takers alone', { takerBps: 4 }, { takerBps: '4' }],
  ['both instead of the one', { feeBps: 7, makerBps: 1, takerBps: 3 }, { makerBps: '1', takerBps: '3' }],
  ['a fee of each contract', { feePerContract: 2 }, { makerBps: '0', takerBps: '0', feePerContract: '2' }],
  [
    'a least fee of an order',
    { feePerContract: '0.005', feeMinimum: 1 },
    { makerBps: '0', takerBps: '0', feePerContract: '0.005', feeMinimum: '1' },
  ],
  ['slippage', { slippageBps: 1.5 }, { slippageBps: '1.5' }],
  ['an hour of latency', { latencyMs: 3_600_000 }, { latencyMs: 3_600_000 }],
  ['fills at once, by a touch', { fill: 'same', limit: 'touch' }, { fill: 'same', limit: 'touch' }],
])('the rules of %s', (_, config, expected) => {
  expect(paperSettings(config).rules).toEqual({ ...RULES, ...expected })
})

const ACCOUNT = { model: 'linear', cash: { USDT: '10000' }, leverage: '1', checkMargin: true } as const

test.each<[string, object | undefined, readonly string[], object]>([
  ['nothing', undefined, ['BTC-USDT'], ACCOUNT],
  ['two symbols of one currency', {}, ['BTC-USDT', 'ETH-USDT'], ACCOUNT],
  ['two currencies', {}, ['BTC-USDT', 'ETH-EUR'], { ...ACCOUNT, cash: { USDT: '10000', EUR: '10000' } }],
  ['inverse', { account: 'inverse' }, ['BTC-USD'], { ...ACCOUNT, model: 'inverse', cash: { BTC: '10000' } }],
  ['spot', { account: 'spot' }, ['BTC-USDT'], { ...ACCOUNT, model: 'spot' }],
  ['its own cash', { cash: { EUR: 5 } }, ['BTC-USDT'], { ...ACCOUNT, cash: { EUR: '5' } }],
  ['no cash at all', { cash: { USDT: 0 } }, ['BTC-USDT'], { ...ACCOUNT, cash: { USDT: '0' } }],
  [
    'leverage, unchecked',
    { leverage: 20, checkMargin: false },
    ['BTC-USDT'],
    { ...ACCOUNT, leverage: '20', checkMargin: false },
  ],
  [
    'contracts with a margin of their own',
    { multiplier: 50, marginPerContract: '1200.5' },
    ['BTC-USDT'],
    { ...ACCOUNT, multiplier: '50', marginPerContract: '1200.5' },
  ],
])('the account of %s', (_, config, symbols, expected) => {
  const { model, accountFor } = paperSettings(config)
  const account = accountFor(symbols.map(instrument))
  expect<object>(account).toEqual(expected)
  expect(model).toBe(account.model)
})

test.each([
  [{ feeBps: 9999 }, true],
  [{ feeBps: 10_000 }, false],
  [{ leverage: '0.1' }, true],
  [{ leverage: '0' }, false],
  [{ leverage: '-1' }, false],
  [{ leverage: 'much' }, false],
  [{ multiplier: 'much' }, false],
  [{ marginPerContract: '-1' }, false],
  [{ feePerContract: '-1' }, false],
  [{ feePerContract: 1, feeMinimum: '-1' }, false],
  [{ cash: { USDT: '-1' } }, false],
  [{ cash: { USDT: 'much' } }, false],
  [{ cash: 'much' }, false],
  [{ latencyMs: 3_600_000 }, true],
  [{ latencyMs: 3_600_001 }, false],
  [{ latencyMs: 0 }, true],
  [{ latencyMs: -1 }, false],
  [{ credit: 1 }, false],
  ['linear', false],
])('%j is accepted: %p', (config, isSound) => {
  const read = () => paperSettings(config)
  if (isSound) expect(read).not.toThrow()
  else expect(read).toThrow(expect.objectContaining({ code: 'invalid_provider' }))
})
