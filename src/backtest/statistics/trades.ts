/** Fills to trades, exactly: a trade is a position from flat to flat, or to the other side. */
import type { Fill } from '../../schema/orders'
import type { Contract } from '../../trading/contract'
import { Decimal, type FillAmounts, shareOfCost, smaller, ZERO } from '../../trading/decimal'
import { Excursion, type TradeState } from './excursion'
import { Tally, type Traded } from './tally'

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
  /** After fees, in the settlement currency. */
  readonly pnl: string
  /** In percent of the notional of all entries. */
  readonly pnlPct: number
  readonly fees: string
  readonly durationMs: number
  /** Maximum adverse excursion: its lowest profit before fees while it was open, in percent of the same; 0 or negative. */
  readonly mae: number
  /** Maximum favorable excursion: its highest; 0 or positive. */
  readonly mfe: number
  /** Whose it is, where several strategies traded. */
  readonly strategy?: string
  /** Not closed at the end of the data: as if closed at the last price, without a fee. */
  readonly open?: true
}

/** A trade under way. */
class Position implements TradeState {
  exit = ZERO
  held: Decimal
  readonly excursion: Excursion

  constructor(
    readonly contract: Contract,
    readonly long: boolean,
    readonly entryMs: number,
    /** Which of all trades it was begun as. */
    readonly entryPlace: number,
    public entered: Decimal,
    public entry: Decimal,
    public fees: Decimal,
  ) {
    this.held = entered
    this.excursion = new Excursion(this)
  }

  /** What is held, signed. */
  get amount(): Decimal {
    return this.long ? this.held : this.held.negated()
  }
}

/** A finished trade; written out only when asked for, as most are only counted. */
export class ClosedTrade {
  readonly durationMs: number
  /** After fees, in the settlement currency. */
  readonly pnl: number
  /** In percent of the notional of all entries. */
  readonly pnlPct: number
  /** The same as `pnl`, exactly. */
  readonly profit: Decimal
  /** Whose it is, where several strategies traded. */
  strategy: string | undefined

  constructor(
    private readonly position: Position,
    readonly exitMs: number,
    /** It was not closed by the end of the data. */
    readonly open = false,
  ) {
    const { contract, entryMs, entry, exit, fees, long } = position
    this.profit = contract.money(long ? exit.minus(entry) : entry.minus(exit)).minus(fees)
    this.durationMs = exitMs - entryMs
    this.pnl = this.profit.toNumber()
    this.pnlPct = (100 * this.pnl) / contract.notionalOf(entry).toNumber()
  }

  get entryMs(): number {
    return this.position.entryMs
  }

  get side(): Trade['side'] {
    return this.position.long ? 'long' : 'short'
  }

  get symbol(): string {
    return this.position.contract.symbol
  }

  /** What it is worth, by the names under which a result lists it. */
  get amounts() {
    const { contract, entered, entry, exit, fees, excursion } = this.position
    const notional = contract.notionalOf(entry).toNumber()
    return {
      quantity: entered,
      entryPrice: contract.averagePrice(entry, entered),
      exitPrice: contract.averagePrice(exit, entered),
      pnl: this.profit,
      fees,
      mae: (100 * excursion.worst.toNumber()) / notional,
      mfe: (100 * excursion.best.toNumber()) / notional,
    }
  }

  toJSON(): Trade {
    const { quantity, entryPrice, exitPrice, pnl, fees, mae, mfe } = this.amounts
    return {
      symbol: this.symbol,
      side: this.side,
      quantity: quantity.toString(),
      entryTime: new Date(this.entryMs).toISOString(),
      exitTime: new Date(this.exitMs).toISOString(),
      entryPrice: entryPrice.toString(),
      exitPrice: exitPrice.toString(),
      pnl: pnl.toString(),
      pnlPct: this.pnlPct,
      fees: fees.toString(),
      durationMs: this.durationMs,
      mae,
      mfe,
      ...(this.strategy === undefined ? {} : { strategy: this.strategy }),
      ...(this.open ? { open: true } : {}),
    }
  }
}

/** What is known of one symbol. */
class SymbolTrades implements Traded {
  readonly tally = new Tally()
  turnover = ZERO
  fees = ZERO
  position: Position | undefined

  constructor(readonly contract: Contract) {}
}

export class TradeLedger {
  private readonly symbols = new Map<string, SymbolTrades>()
  #cash: Decimal
  private entries = 0

  /** @param opening equity in the settlement currency. @param closed told of each finished trade. */
  constructor(
    opening: string,
    private readonly contract: (symbol: string) => Contract,
    private readonly closed: (trade: ClosedTrade) => void,
  ) {
    this.#cash = Decimal.parse(opening)
  }

  fill({ symbol, side, timeMs }: Fill, { quantity: filled, price: at, fee: paid }: FillAmounts): void {
    const traded = this.symbols.get(symbol) ?? this.open(symbol)
    const { contract, position } = traded
    const points = contract.points(filled, at)
    const worth = contract.money(points)
    const buys = side === 'buy'
    traded.turnover = traded.turnover.plus(contract.notionalOf(points))
    traded.fees = traded.fees.plus(paid)
    this.#cash = (buys ? this.#cash.minus(worth) : this.#cash.plus(worth)).minus(paid)
    if (!position) traded.position = new Position(contract, buys, timeMs, this.entries++, filled, points, paid)
    else if (position.long === buys) {
      position.entered = position.entered.plus(filled)
      position.held = position.held.plus(filled)
      position.entry = position.entry.plus(points)
      position.fees = position.fees.plus(paid)
      position.excursion.see(at.toNumber(), at)
      position.excursion.filled(position)
    } else this.leave(traded, position, filled, at, paid, timeMs)
  }

  /** The equity but for the worth of the positions. */
  get cash(): Decimal {
    return this.#cash
  }

  /** The trade under way. */
  position(symbol: string): Position | undefined {
    return this.symbols.get(symbol)?.position
  }

  get turnoverNumber(): number {
    return exactNumberOf(sumOf([...this.symbols.values()].map(({ turnover }) => turnover)))
  }

  get feesNumber(): number {
    return exactNumberOf(sumOf([...this.symbols.values()].map(({ fees }) => fees)))
  }

  /** What came of each symbol that was traded. */
  get traded(): ReadonlyMap<string, Traded> {
    return this.symbols
  }

  /** Reports what is open as trades, in the order in which they were entered; answers the final equity. */
  end(timeMs: number, lastPrice: (symbol: string) => Decimal): number {
    let equity = this.#cash
    const open = [...this.symbols.values()].filter(({ position }) => position !== undefined)
    for (const traded of open.sort((one, other) => one.position!.entryPlace - other.position!.entryPlace)) {
      const { contract } = traded
      const position = traded.position!
      const last = lastPrice(contract.symbol)
      position.excursion.see(last.toNumber(), last)
      const points = contract.points(position.held, last)
      const worth = contract.money(points)
      equity = position.long ? equity.plus(worth) : equity.minus(worth)
      position.exit = position.exit.plus(points)
      this.close(traded, new ClosedTrade(position, timeMs, true))
    }
    return exactNumberOf(equity)
  }

  private open(symbol: string): SymbolTrades {
    const traded = new SymbolTrades(this.contract(symbol))
    this.symbols.set(symbol, traded)
    return traded
  }

  private close(traded: SymbolTrades, trade: ClosedTrade): void {
    traded.tally.add(trade)
    this.closed(trade)
  }

  /** A fill larger than the position opens the other side with its rest; the fee is shared by quantity. */
  private leave(
    traded: SymbolTrades,
    position: Position,
    filled: Decimal,
    price: Decimal,
    paid: Decimal,
    timeMs: number,
  ): void {
    const leaving = smaller(filled, position.held)
    const rest = filled.minus(leaving)
    const fee = rest.sign === 0 ? paid : shareOfCost(paid, leaving, filled)
    position.held = position.held.minus(leaving)
    const { contract } = position
    position.exit = position.exit.plus(contract.points(leaving, price))
    position.fees = position.fees.plus(fee)
    position.excursion.see(price.toNumber(), price)
    if (position.held.sign > 0) {
      position.excursion.filled(position)
      return
    }
    traded.position = undefined
    this.close(traded, new ClosedTrade(position, timeMs))
    if (rest.sign === 0) return
    const points = contract.points(rest, price)
    const next = this.entries++
    traded.position = new Position(contract, !position.long, timeMs, next, rest, points, paid.minus(fee))
  }
}

const sumOf = (amounts: readonly Decimal[]): Decimal => amounts.reduce((sum, amount) => sum.plus(amount), ZERO)

/** The double nearest to it. */
function exactNumberOf(amount: Decimal): number {
  return Number(amount.toString())
}
