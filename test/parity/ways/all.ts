/** The ways to run a strategy. The first is what the others are compared with, where it runs. */
import { backtest, command } from './backtest'
import { binary, gateway, severalHosts, speedy } from './gateway'
import type { Way } from './way'

export const WAYS: readonly Way[] = [backtest, command, gateway, severalHosts, speedy, binary]
