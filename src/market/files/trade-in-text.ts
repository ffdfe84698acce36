/** A trade that is read from a row without making a text of its own: large files are millions of them. */
import type { Side, TradePayload, UncutTrade } from '../../schema/events'
import type { ReaderContext } from './layout'
import type { Row } from './row'

/** Columns of a row, all of them plain. */
export interface PlainColumns {
  readonly price: number
  readonly quantity: number
  readonly id?: number
}

export class TradeInText implements UncutTrade {
  readonly type = 'Trade'
  readonly provider: string
  /** Which text it is, until the feed numbers its events. */
  sequence: number
  readonly text: string
  readonly priceStart: number
  readonly priceEnd: number
  readonly quantityStart: number
  readonly quantityEnd: number
  readonly idStart: number
  readonly idEnd: number
  private cut: TradePayload | undefined

  /** @param price the double nearest to the one in the row. */
  constructor(
    row: Row,
    { price: priceColumn, quantity, id }: PlainColumns,
    context: ReaderContext,
    readonly symbol: string,
    readonly timeMs: number,
    readonly side: Side,
    readonly price: number,
  ) {
    this.provider = context.provider
    this.sequence = context.ordinal
    this.text = row.source
    this.priceStart = row.start(priceColumn)
    this.priceEnd = row.end(priceColumn)
    this.quantityStart = row.start(quantity)
    this.quantityEnd = row.end(quantity)
    this.idStart = id === undefined ? row.number : row.start(id)
    this.idEnd = id === undefined ? 0 : row.end(id)
  }

  get uncut(): UncutTrade {
    return this
  }

  get eventId(): string {
    return `${this.provider}-${this.sequence}`
  }

  get payload(): TradePayload {
    this.cut ??= {
      tradeId: this.idEnd === 0 ? String(this.idStart) : this.text.slice(this.idStart, this.idEnd),
      side: this.side,
      price: this.text.slice(this.priceStart, this.priceEnd),
      quantity: this.text.slice(this.quantityStart, this.quantityEnd),
      timestamp: this.timeMs,
    }
    return this.cut
  }
}
