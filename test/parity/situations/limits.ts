/** Risk limits: what they refuse, and what is told of it. */
import { trades } from '../recordings'
import type { Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100)

export const limits: Situation[] = [
  {
    name: 'limits of position and notional',
    data: FEW,
    limits: { maxPositionSize: '3', maxNotionalValue: '250' },
    strategy: `return watch({
      1: () => { market('buy', '2'); market('buy', '0.6'); market('buy', '4') },
      2: () => { limit('sell', '5', '101.5'); limit('sell', '4', '101.5'); cancelAll(); limit('buy', '0.4', '90') },
    })`,
  },
  {
    name: 'limits of types, of open orders and of prices',
    data: FEW,
    limits: { allowedOrderTypes: ['limit'], maxConcurrentOrders: 2, priceBandPercent: 5 },
    strategy: `let id
    return watch({
      1: () => { market('buy', '1'); limit('buy', '1', '94'); id = limit('buy', '1', '96'); limit('sell', '1', '104'); limit('buy', '1', '97') },
      2: () => { cancel(id); limit('buy', '1', '98.5'); limit('buy', '1', '97.5') },
    })`,
  },
  {
    name: 'a limit of orders a second',
    data: trades(100, [101, 1, 300], [99, 1, 300], [102, 1, 500], 100, 101),
    limits: { orderThrottle: 2, orderBurst: 2 },
    strategy: `return watch({ each: (payload, n) => { if (n < 6) { limit('buy', '1', '90'); limit('buy', '1', '91') } } })`,
  },
  {
    name: 'the circuit breaker and the kill switch',
    data: trades(100, 101, 99, 102, 98, 101, 100, 99),
    limits: {
      maxPositionSize: '1',
      circuitBreaker: { enabled: true, threshold: 2, cooldown: '2s' },
      killSwitchEnabled: true,
      maxRiskBreaches: 3,
    },
    strategy: `return watch({ each: (payload, n) => { if (n < 8) { market('buy', '5'); limit('buy', '0.1', '90') } } })`,
  },
]
