/** Kinds of accounts, their ends, and runs in which nothing is sent. */
import { candles, trades } from '../recordings'
import type { Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100)

export const accounts: Situation[] = [
  {
    name: 'a spot account',
    data: FEW,
    paper: { account: 'spot', cash: '500' },
    strategy: `return watch({
      1: () => { market('sell', '1'); market('buy', '3'); limit('buy', '3', '90'); market('buy', '1.9') },
      2: () => { limit('sell', '2', '101.5'); limit('sell', '2', '101.5'); limit('sell', '1', '110') },
      5: () => { cancelAll(); market('sell', '1') },
    })`,
    sampled: true,
  },
  {
    name: 'a spot account whose price has moved before the order fills',
    data: trades(100, 130, 90, 100),
    paper: { account: 'spot', cash: '1000' },
    strategy: `return watch({ 1: () => market('buy', '10'), 2: () => market('buy', '7') })`,
  },
  {
    name: 'liquidation on trades',
    data: trades(100, 100, 95, 80, 60, 100, 101),
    paper: { cash: '1000', leverage: '5' },
    strategy: `return watch({
      1: () => market('buy', '40'),
      2: () => { limit('buy', '1', '50'); order({ side: 'sell', type: 'stop', quantity: '1', stopPrice: '40' }) },
      5: () => { market('buy', '1'); cancelAll() },
      6: () => limit('buy', '1', '90'),
    }, (state) => { if (state === 'CANCELLED') market('buy', '1') })`,
    sampled: true,
  },
  {
    name: 'liquidation within a candle',
    data: candles([100, 101, 99, 100], [100, 102, 99, 101], [101, 103, 70, 102], [102, 104, 100, 101]),
    paper: { cash: '1000', leverage: '5' },
    strategy: `return watch({ 1: () => { market('buy', '40'); limit('sell', '10', '102.5') }, 3: () => market('buy', '1') })`,
  },
  {
    name: 'liquidation of a short position, told to the handler of risk',
    data: trades(100, 100, 120, 130, 100),
    paper: { cash: '1000', leverage: '5' },
    strategy: `let events = 0
    return {
      onTrade() { look(); if (++events === 1) market('sell', '45'); if (events === config.events) write('the end') },
      onRiskControl(ctx, evt, payload) { write('risk', payload); market('buy', '1'); look() },
    }`,
  },
  {
    name: 'fees that take the rest',
    data: trades(100, 100, 100, 100),
    paper: { cash: '100', makerBps: '5000', takerBps: '5000' },
    strategy: `return watch({ 1: () => market('buy', '1'), 2: () => market('sell', '1'), 3: () => market('buy', '1') })`,
  },
  {
    name: 'a future of ten units, with a margin and a fee of each contract',
    data: trades(100, 101.5, 99, 102.25, 98, 101, 100),
    paper: { cash: '1000', multiplier: '10', marginPerContract: '100', feePerContract: '2' },
    strategy: `ask('rules', () => runtime.instrument())
    return watch({
      1: () => { market('buy', '11'); market('buy', '3'); limit('buy', '5', '99.5'); limit('buy', '3', '99') },
      3: () => { limit('sell', '12', '102'); limit('sell', '17', '102'); market('sell', '1') },
      5: () => { cancelAll(); market('sell', '9') },
    })`,
    sampled: true,
  },
  {
    name: 'a future that loses all',
    data: trades(100, 100, 95, 89, 100),
    paper: { cash: '1000', multiplier: '10', marginPerContract: '100', feePerContract: '0' },
    strategy: `return watch({ 1: () => market('buy', '10'), 2: () => limit('buy', '1', '80') })`,
  },
  {
    name: 'shares with a fee of each and a minimum of an order',
    data: trades(100, 99, 98, 97, 99, 103, 102, 104),
    paper: { account: 'spot', cash: '5000', feePerContract: '0.005', feeMinimum: '1' },
    strategy: `return watch({
      1: () => { limit('buy', '2.5', '99.5'); limit('buy', '1', '98.5') },
      5: () => { limit('sell', '3', '101'); market('sell', '0.5') },
    })`,
  },
  {
    name: 'inverse contracts',
    data: trades(50_000, 49_000, 51_000, 52_000, 47_123.4, 50_001, 50_000),
    paper: { account: 'inverse', cash: '0.5', multiplier: '100', leverage: '2', makerBps: '-2.5', takerBps: '5' },
    strategy: `return watch({
      1: () => { market('buy', '501'); market('buy', '300'); limit('buy', '100', '48000') },
      3: () => { limit('sell', '450', '51500'); ask('free', () => runtime.balance('BTC')) },
      5: () => { market('buy', '100'); order({ side: 'sell', type: 'stop', quantity: '50', stopPrice: '46000' }) },
    })`,
    sampled: true,
  },
  {
    name: 'inverse contracts that are sold, and liquidated',
    data: trades(50_000, 50_000, 52_000, 60_000, 50_000),
    paper: { account: 'inverse', cash: '0.05', multiplier: '100', leverage: '20', makerBps: '0', takerBps: '0' },
    strategy: `return watch({ 1: () => market('sell', '300'), 3: () => limit('sell', '1', '59000'), 4: () => market('buy', '1') })`,
  },
  {
    name: 'a dry run',
    data: FEW,
    config: { dry_run: true },
    strategy: `ask('dry', () => runtime.isDryRun())
    return watch({
      1: () => { market('buy', '1'); limit('sell', '2.5', '101', { clientTag: 'a tag' }); market('buy', '1000') },
      2: () => { cancelAll(); market('buy', 0.5) },
    })`,
    sampled: true,
  },
  {
    name: 'amounts with many decimals',
    data: trades(100.123456789, 0.00000001, 99999.99999999, 100),
    strategy: `return watch({ 1: () => { limit('buy', '0.123456789', '100.00000001'); market('buy', 0.1 + 0.2) }, 2: () => limit('sell', 1 / 3, 3 * 0.1) })`,
  },
]
