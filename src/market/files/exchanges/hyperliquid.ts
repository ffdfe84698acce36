/** Hyperliquid: channels `l2Book` (whole snapshots) and `trades`; its coins are traded against USD. */
import { decimalIn, type Exchange, isMessage, levelsOf, type Message, sideIn, textIn, timeIn } from './exchange'

const symbolIn = (data: Message) => `${textIn(data, 'coin')}/USD`

export const hyperliquid: Exchange = {
  format: 'hyperliquid-messages',
  speaks: ({ channel }) => channel === 'l2Book' || channel === 'trades',
  reader: (speaker) => ({
    read(message) {
      const { channel, data } = message
      if (channel === 'l2Book' && isMessage(data) && Array.isArray(data.levels)) {
        const [bids, asks] = data.levels.map((side) => levelsOf(side, 'levels', ['px', 'sz']))
        speaker.snapshot(symbolIn(data), timeIn(data, 'time'), bids ?? [], asks ?? [])
      } else if (channel === 'trades' && Array.isArray(data)) {
        for (const trade of data.filter(isMessage)) {
          const side = sideIn(trade, 'side', { Buy: 'B', Sell: 'A' })
          const [price, quantity] = [decimalIn(trade, 'px'), decimalIn(trade, 'sz')]
          speaker.trade(symbolIn(trade), timeIn(trade, 'time'), textIn(trade, 'tid'), side, price, quantity)
        }
      }
    },
  }),
}
