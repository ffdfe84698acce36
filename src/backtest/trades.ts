/** Fills to trades, exactly: a trade is a position from flat to flat, or to the other side. */
import type { Fill } from '../schema/orders'
import { averagePrice, Decimal, type FillAmounts, shareOfCost, smaller, ZERO } from '../trading/decimal'

/** As a result lists it. */
export interface Trade {
  readonly symbol: string
  readonly side: 'long' | 'short'
  /** All that was put in, in the base currency. */
  readonly quantity: string
  /** RFC 3339. */
  readonly entryTime: string
  readonly exitTime: string
  /** Averages of all entries and of all exits. */
  readonly entryPrice: string
  readonly exitPrice: string
  /** After fees, in the quote currency. */
  readonly pnl: string
  /** Of quantity × entry price. */
  readonly pnlPct: number
  readonly fees: string
  readonly durationMs: number
  /** Not closed at the end of the data: as if closed at the last price, without a fee. */
  readonly open?: true
}

/** A trade under way. */
interface Position {
  readonly symbol: string
  readonly long: boolean
  readonly entryMs: number
  entered: Decimal
  entryNotional: Decimal
  exitNotional: Decimal
  fees: Decimal
  /** What is still held, unsigned. */
  held: Decimal
}

/** A finished trade; written out only when asked for, as most are only counted. */
export class ClosedTrade {
  readonly durationMs: number
  /** After fees, in the quote currency. */
  readonly pnl: number
  /** Of quantity × entry price. */
  readonly pnlPct: number
  private readonly exactPnl: Decimal

  constructor(
    private readonly position: Position,
    readonly exitMs: number,
    private readonly open = false,
  ) {
    const { entryMs, entryNotional, exitNotional, fees, long } = position
    const gained = long ? exitNotional.minus(entryNotional) : entryNotional.minus(exitNotional)
    this.exactPnl = gained.minus(fees)
    this.durationMs = exitMs - entryMs
    this.pnl = this.exactPnl.toNumber()
    this.pnlPct = (100 * this.pnl) / entryNotional.toNumber()
  }

  get entryMs(): number {
    return this.position.entryMs
  }

  get side(): Trade['side'] {
    return this.position.long ? 'long' : 'short'
  }

  toJSON(): Trade {
    const { symbol, entryMs, entered, entryNotional, exitNotional, fees } = this.position
    return {
      symbol,
      side: this.side,
      quantity: entered.toString(),
      entryTime: new Date(entryMs).toISOString(),
      exitTime: new Date(this.exitMs).toISOString(),
      entryPrice: averagePrice(entryNotional, entered).toString(),
      exitPrice: averagePrice(exitNotional, entered).toString(),
      pnl: this.exactPnl.toString(),
      pnlPct: this.pnlPct,
      fees: fees.toString(),
      durationMs: this.durationMs,
      ...(this.open ? { open: true } : {}),
    }
  }
}

export class TradeLedger {
  private readonly positions = new Map<string, Position>()
  private cash: Decimal
  private turnover = ZERO
  private fees = ZERO

  /** @param opening equity in the quote currency. @param closed told of each finished trade. */
  constructor(
    opening: string,
    private readonly closed: (trade: ClosedTrade) => void,
  ) {
    this.cash = Decimal.parse(opening)
  }

  fill({ symbol, side, timeMs }: Fill, { quantity: filled, price: at, fee: paid }: FillAmounts): void {
    const notional = filled.times(at)
    const buys = side === 'buy'
    this.turnover = this.turnover.plus(notional)
    this.fees = this.fees.plus(paid)
    this.cash = (buys ? this.cash.minus(notional) : this.cash.plus(notional)).minus(paid)
    const position = this.positions.get(symbol)
    if (!position) this.enter(symbol, buys, filled, notional, paid, timeMs)
    else if (position.long === buys) {
      position.entered = position.entered.plus(filled)
      position.held = position.held.plus(filled)
      position.entryNotional = position.entryNotional.plus(notional)
      position.fees = position.fees.plus(paid)
    } else this.leave(position, filled, at, paid, timeMs)
  }

  /** The equity but for the worth of the positions. */
  get cashNumber(): number {
    return this.cash.toNumber()
  }

  /** Signed, in the base currency. */
  quantityNumber(symbol: string): number {
    const position = this.positions.get(symbol)
    if (!position) return 0
    return position.long ? position.held.toNumber() : -position.held.toNumber()
  }

  get turnoverNumber(): number {
    return exactNumberOf(this.turnover)
  }

  get feesNumber(): number {
    return exactNumberOf(this.fees)
  }

  /** Reports what is open as trades, in the order in which they were entered; answers the final equity. */
  end(timeMs: number, lastPrice: (symbol: string) => Decimal): number {
    let equity = this.cash
    for (const position of this.positions.values()) {
      const worth = position.held.times(lastPrice(position.symbol))
      equity = position.long ? equity.plus(worth) : equity.minus(worth)
      position.exitNotional = position.exitNotional.plus(worth)
      this.closed(new ClosedTrade(position, timeMs, true))
    }
    return exactNumberOf(equity)
  }

  private enter(
    symbol: string,
    long: boolean,
    entered: Decimal,
    notional: Decimal,
    fees: Decimal,
    entryMs: number,
  ): void {
    const amounts = { entered, held: entered, entryNotional: notional, exitNotional: ZERO, fees }
    this.positions.set(symbol, { symbol, long, entryMs, ...amounts })
  }

  /** A fill larger than the position opens the other side with its rest; the fee is shared by quantity. */
  private leave(position: Position, filled: Decimal, price: Decimal, paid: Decimal, timeMs: number): void {
    const leaving = smaller(filled, position.held)
    const rest = filled.minus(leaving)
    const fee = rest.sign === 0 ? paid : shareOfCost(paid, leaving, filled)
    position.held = position.held.minus(leaving)
    position.exitNotional = position.exitNotional.plus(leaving.times(price))
    position.fees = position.fees.plus(fee)
    if (position.held.sign > 0) return
    this.positions.delete(position.symbol)
    this.closed(new ClosedTrade(position, timeMs))
    if (rest.sign > 0) this.enter(position.symbol, !position.long, rest, rest.times(price), paid.minus(fee), timeMs)
  }
}

/** The double nearest to it. */
function exactNumberOf(amount: Decimal): number {
  return Number(amount.toString())
}
