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
import { rules } from './rules'
import { several } from './several'
import { shares } from './shares'
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
  ...shares,
  ...rules,
  ...golden.map(({ situation }) => situation),
]
