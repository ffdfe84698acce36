/** What a venue makes of an instance's orders and money, as the events that the instance is told. */
import type {
  BalanceUpdateEvent,
  ExecReportEvent,
  Instrument,
  RiskControlEvent,
  RiskControlPayload,
} from '../../schema/events'
import type { ExecutionReport, Fill } from '../../schema/orders'
import type { BalanceView } from '../accounts/account'

/** What a RiskControl event says; whom and what it concerns is added. */
export type RiskNotice = Omit<RiskControlPayload, 'strategyId' | 'provider' | 'symbol' | 'timestamp'>

/** Tells one instance at one provider. */
export class AccountEvents {
  /** @param sequence the last number that was used for it. */
  constructor(
    private readonly provider: string,
    private sequence = 0,
  ) {}

  reported({ order, payload }: ExecutionReport): ExecReportEvent {
    const { provider } = this
    const sequence = ++this.sequence
    const eventId = `${order.clientOrderId}:${payload.state}:${sequence}`
    return { type: 'ExecReport', eventId, provider, symbol: order.symbol, sequence, timeMs: payload.timestamp, payload }
  }

  /** One for each of the currencies that a fill has moved. */
  *balances(
    { symbol, timeMs }: Fill,
    { baseCurrency, quoteCurrency }: Instrument,
    balances: readonly BalanceView[],
  ): Generator<BalanceUpdateEvent> {
    const { provider } = this
    for (const { currency, total, available } of balances) {
      if (currency !== baseCurrency && currency !== quoteCurrency) continue
      const sequence = ++this.sequence
      const payload = { currency, total, available, timestamp: timeMs }
      const eventId = `${provider}-balance-${sequence}`
      yield { type: 'BalanceUpdate', eventId, provider, symbol, sequence, timeMs, payload }
    }
  }
}

/** @param sequence of such events of the instance. */
export function riskControlEvent(
  strategyId: string,
  { provider, symbol, timeMs }: { readonly provider: string; readonly symbol: string; readonly timeMs: number },
  notice: RiskNotice,
  sequence: number,
): RiskControlEvent {
  const payload = { strategyId, provider, symbol, ...notice, timestamp: timeMs }
  return { type: 'RiskControl', eventId: `risk:${strategyId}:${sequence}`, provider, symbol, sequence, timeMs, payload }
}
