/** All situations of the suite. */
import type { Situation } from '../situation'
import { accounts } from './accounts'
import { cancels } from './cancels'
import { clocks } from './clocks'
import { golden } from './golden'
import { handlers } from './handlers'
import { limits } from './limits'
import { orders } from './orders'
import { rates } from './rates'
import { refusals } from './refusals'
import { reports } from './reports'
import { several } from './several'
import { timeframes } from './timeframes'

export const SITUATIONS: readonly Situation[] = [
  ...orders,
  ...cancels,
  ...reports,
  ...refusals,
  ...accounts,
  ...clocks,
  ...rates,
  ...handlers,
  ...several,
  ...timeframes,
  ...limits,
  ...golden.map(({ situation }) => situation),
]
