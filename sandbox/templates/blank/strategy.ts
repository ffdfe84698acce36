/** Logs the candles that it sees, and orders nothing yet. */
import { type Handlers, strategy } from 'meltica'

export default strategy({
  metadata: {
    name: 'my-strategy',
    tag: 'v0.1.0',
    displayName: 'My strategy',
    description: 'Logs the candles that it sees.',
    config: [{ name: 'every', type: 'int', description: 'Log one of so many candles', default: 60 }],
    events: ['KlineSummary'],
  },
  create({ config, helpers }): Handlers {
    let seen = 0

    return {
      onKlineSummary(ctx, evt, candle) {
        seen++
        if (seen % config.every === 0) helpers.log(evt.symbol, 'closed at', candle.closePrice)
      },
    }
  },
})
