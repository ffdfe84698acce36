/** Risk limits as they are answered: every key, null where none is set. */
const NONE = {
  maxPositionSize: null,
  maxNotionalValue: null,
  notionalCurrency: null,
  orderThrottle: null,
  orderBurst: null,
  maxConcurrentOrders: null,
  priceBandPercent: null,
  allowedOrderTypes: null,
  killSwitchEnabled: null,
  maxRiskBreaches: null,
  circuitBreaker: null,
  providers: {},
  instances: {},
}

export const answered = (set: object) => ({ ...NONE, ...set })
