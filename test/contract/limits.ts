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
  maxDailyLoss: null,
  dailyLossThen: null,
  maxDrawdownPct: null,
  drawdownThen: null,
  maxTotalPosition: null,
  maxTotalNotional: null,
  maxTotalOpenOrders: null,
  priceCollarPercent: null,
  killSwitchEnabled: null,
  maxRiskBreaches: null,
  circuitBreaker: null,
  providers: {},
  instances: {},
}

export const answered = (set: object) => ({ ...NONE, ...set })
