/** Every way to run a strategy that the suite knows, in the order of its table: a new way begins with a name here. */
export const WAY_NAMES = [
  'backtest',
  'backtest command',
  'gateway',
  'gateway, 3 hosts',
  'gateway, speed 1000',
  'gateway, binary',
] as const

export type WayName = (typeof WAY_NAMES)[number]
