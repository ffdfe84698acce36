/** A feed with candles of other lengths than its own in it. */
import { Failure } from '../../errors/failure'
import type { KlineAudience, MarketEvent } from '../../schema/events'
import { CandleMaker, madeEvent } from './candle-maker'
import type { Timeframe } from './timeframe'

export interface CandledDeps {
  /** The shortest first. */
  readonly timeframes: readonly Timeframe[]
  readonly provider: string
  /** Length of the candles in the data, ms; 0 where there are none. */
  readonly intervalMs: number
}

/**
 * Candles of the data that are as long as one of those asked for are passed on as they are; others are for the venue
 * alone. @throws Failure data_unreadable of data that nothing can be made of.
 */
export async function* withCandles(
  batches: AsyncIterable<MarketEvent[]>,
  { timeframes, provider, intervalMs }: CandledDeps,
): AsyncGenerator<MarketEvent[]> {
  const longer = timeframes.filter(({ lengthMs }) => lengthMs !== intervalMs)
  const isHidden = longer.length === timeframes.length
  const maker = new CandleMaker(longer)
  let isEmpty = true
  for await (const batch of batches) {
    const candled: MarketEvent[] = []
    for (const event of batch) {
      for (const made of maker.over(event.timeMs)) candled.push(madeEvent(made, provider))
      maker.take(event)
      if (isHidden && event.type === 'KlineSummary') (event as { audience?: KlineAudience }).audience = 'venue'
      candled.push(event)
      isEmpty = false
    }
    yield candled
  }
  yield maker.finish().map((made) => madeEvent(made, provider))
  if (!isEmpty && !maker.hasAny) throw nothingToMake()
}

function nothingToMake(): Failure {
  return new Failure(
    'data_unreadable',
    'no candle can be made: the data have no trades and no candles',
    {},
    'candles are made of trades or of shorter candles; quotes and books alone have neither',
  )
}
