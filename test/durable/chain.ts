/** A strategy whose every line of log follows from all lines before, and what can be told from such a log alone. */

/** The chain with one more line; the strategy has the same function. */
export function linked(chain: number, text: string): number {
  let next = chain
  for (let at = 0; at < text.length; at++) next = (Math.imul(next, 31) + text.charCodeAt(at)) | 0
  return next
}

const FIRST_LINK = 7
/** Events from line to line: of a log the newest thousand lines are kept. */
const LOGGED = 4

/**
 * Logs one of so many events with how many it has seen, and each report of its orders with how many it was told; it keeps
 * the counts and the chain in its variables alone.
 */
export const CHAIN = `module.exports = {
  metadata: {
    name: 'chain', tag: 'v1', displayName: 'Chain', events: ['Trade', 'ExecReport'],
    config: [
      { name: 'every', type: 'int', description: 'Events from order to order', default: 10 },
      { name: 'sleep', type: 'string', description: 'After each order; empty: none', default: '' },
    ],
  },
  create({ config, helpers, runtime }) {
    ${linked.toString()}
    let chain = ${FIRST_LINK}
    let seen = 0
    let told = 0
    let made = 0
    let slept = 0
    const resting = []
    const say = (...values) => {
      const text = values.join(' ')
      chain = linked(chain, text)
      helpers.log(text, chain)
    }
    const order = (price) => {
      made++
      const side = made % 2 ? 'buy' : 'sell'
      if (made % 4 < 2) return runtime.submitMarketOrder('', side, '0.01')
      // some of them are reached by the market
      resting.push(runtime.submitOrder('', side, '0.01', (side === 'buy' ? price * 0.9998 : price * 1.0002).toFixed(2)))
      if (resting.length > 2) runtime.cancelOrder(resting.shift())
    }
    const onReport = (ctx, evt, payload) =>
      say('report', ++told, payload.clientOrderId, payload.state, payload.filledQuantity)
    return {
      onTrade(ctx, evt, payload, price) {
        seen++
        if (seen % ${LOGGED} === 0) say('event', seen, made, told, slept, evt.eventId + '@' + evt.emitTs)
        if (seen % config.every !== 0 || !runtime.isTradingActive()) return
        order(price)
        if (config.sleep === '') return
        helpers.sleep(config.sleep)
        slept++
      },
      onOrderAcknowledged: onReport, onOrderPartialFill: onReport, onOrderFilled: onReport,
      onOrderCancelled: onReport, onOrderExpired: onReport, onOrderRejected: onReport,
    }
  },
}
`

export interface ToldReport {
  readonly clientOrderId: string
  readonly state: string
  readonly filledQuantity: string
}

/** What a log says, oldest line first. @throws Error where the chain breaks, and where a count leaves out or repeats one. */
export function readChain(lines: readonly string[]): {
  readonly events: readonly string[]
  readonly reports: readonly ToldReport[]
} {
  const events: string[] = []
  const reports: ToldReport[] = []
  let chain = FIRST_LINK
  for (const [at, line] of lines.entries()) {
    const text = line.slice(0, line.lastIndexOf(' '))
    const [kind, count, ...rest] = text.split(' ')
    chain = linked(chain, text)
    const before = lines.slice(Math.max(0, at - 3), at + 1).join('\n  ')
    if (line !== `${text} ${chain}`) throw new Error(`line ${at + 1} does not follow from those before:\n  ${before}`)
    if (kind === 'event') events.push(rest.at(-1)!)
    if (kind === 'report') reports.push({ clientOrderId: rest[0]!, state: rest[1]!, filledQuantity: rest[2]! })
    const counted = kind === 'report' ? reports.length : LOGGED * events.length
    if (Number(count) !== counted) throw new Error(`line ${at + 1} counts ${count}, and it is ${counted}:\n  ${before}`)
  }
  return { events, reports }
}
