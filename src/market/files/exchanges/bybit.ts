/** Bybit, version 5: `orderbook.<depth>.<symbol>` and `publicTrade.<symbol>`. https://bybit-exchange.github.io/docs/v5 */
import { decimalIn, type Exchange, isMessage, levelsIn, type Message, sideIn, textIn, timeIn } from './exchange'

const topicOf = (message: Message) => (typeof message.topic === 'string' ? message.topic : '')

export const bybit: Exchange = {
  format: 'bybit-messages',
  speaks: (message) => /^(orderbook|publicTrade)\./.test(topicOf(message)),
  reader: (speaker) => ({
    read(message) {
      const { data } = message
      if (topicOf(message).startsWith('orderbook.') && isMessage(data)) {
        const what = message.type === 'snapshot' ? 'snapshot' : 'change'
        speaker[what](
          textIn(data, 's'),
          timeIn(message, 'ts'),
          levelsIn(data, 'b'),
          levelsIn(data, 'a'),
          Number(data.u),
        )
      } else if (topicOf(message).startsWith('publicTrade.') && Array.isArray(data)) {
        for (const trade of data.filter(isMessage)) {
          speaker.trade(
            textIn(trade, 's'),
            timeIn(trade, 'T'),
            textIn(trade, 'i'),
            sideIn(trade, 'S', { Buy: 'Buy', Sell: 'Sell' }),
            decimalIn(trade, 'p'),
            decimalIn(trade, 'v'),
          )
        }
      }
    },
  }),
}
