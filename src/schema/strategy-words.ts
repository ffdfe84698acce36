/** Words that a strategy's metadata may hold: without the models, so that a sandbox host need not load what describes them. */

export const EVENT_TYPES = [
  'Trade',
  'Ticker',
  'BookSnapshot',
  'ExecReport',
  'KlineSummary',
  'InstrumentUpdate',
  'BalanceUpdate',
  'RiskControl',
  'Extension',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export const CONFIG_TYPES = ['string', 'int', 'float', 'bool', 'duration', 'enum'] as const
