/**
 * Binance, spot and futures: `trade`, `aggTrade`, `bookTicker`, `depthUpdate`, and the REST snapshot of the book.
 * https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
 */
import {
  decimalIn,
  type Exchange,
  isMessage,
  levelsIn,
  type Message,
  type MessageReader,
  type Speaker,
  sideIn,
  textIn,
  timeIn,
} from './exchange'

export const binance: Exchange = {
  format: 'binance-messages',
  speaks: (message) => {
    const data = dataOf(message)
    return (typeof data.e === 'string' && 's' in data && 'E' in data) || isBookTicker(data)
  },
  reader,
}

const dataOf = (message: Message): Message => (isMessage(message.data) ? message.data : message)
const isBookTicker = (data: Message) => ['u', 's', 'b', 'B', 'a', 'A'].every((field) => field in data)

function reader(speaker: Speaker): MessageReader {
  const book = bookSequence(speaker)
  /** Exchange's clock against the recorder's: spot's bookTicker has no time of its own. */
  let aheadMs = 0
  const read = (message: Message, localMs: number) => {
    const data = dataOf(message)
    if (typeof data.E === 'number' && !Number.isNaN(localMs)) aheadMs = data.E - localMs
    if (data.e === 'trade' || data.e === 'aggTrade') {
      const side = sideIn(data, 'm', { Buy: false, Sell: true })
      const id = textIn(data, data.e === 'trade' ? 't' : 'a')
      speaker.trade(textIn(data, 's'), timeIn(data, 'T'), id, side, decimalIn(data, 'p'), decimalIn(data, 'q'))
    } else if (data.e === 'depthUpdate') {
      book.change(data)
    } else if ('lastUpdateId' in data) {
      book.snapshot(data, localMs + aheadMs)
    } else if (isBookTicker(data)) {
      const timeMs = 'T' in data ? timeIn(data, 'T') : localMs + aheadMs
      speaker.quote(textIn(data, 's'), timeMs, decimalIn(data, 'b'), decimalIn(data, 'a'))
    }
  }
  return { read, finish: book.release }
}

/** A recording that has no snapshot after this many changes is taken to have none. */
const PATIENCE = 1000

/**
 * Changes are held until the snapshot comes; those that it holds already are left out. Without one they build the book
 * by themselves. A snapshot does not name its symbol, so that it is of use to a recording of one symbol only.
 */
function bookSequence(speaker: Speaker) {
  const symbols = new Set<string>()
  let held: Message[] | undefined = []
  let lastId = 0
  const tell = (data: Message) => {
    if (symbols.size === 1 && Number(data.u) <= lastId) return
    const timeMs = timeIn(data, 'T' in data ? 'T' : 'E')
    speaker.change(textIn(data, 's'), timeMs, levelsIn(data, 'b'), levelsIn(data, 'a'), Number(data.u))
  }
  const release = () => {
    const changes = held ?? []
    held = undefined
    for (const data of changes) tell(data)
  }
  return {
    release,
    change(data: Message): void {
      symbols.add(textIn(data, 's'))
      if (held) held.push(data)
      else tell(data)
      if (held && held.length > PATIENCE) release()
    },
    snapshot(data: Message, timeMs: number): void {
      const [symbol] = symbols
      if (symbol === undefined || symbols.size > 1) return
      lastId = Number(data.lastUpdateId)
      const at = 'T' in data ? timeIn(data, 'T') : timeMs
      speaker.snapshot(symbol, at, levelsIn(data, 'bids'), levelsIn(data, 'asks'), lastId)
      release()
    },
  }
}
