/**
 * The one strategy of the suite, which holds every situation and writes down what it sees, does and is answered: one
 * upload and one compilation serve them all. `config.situation` names the one that it runs.
 */
import type { Situation } from './situation'

/** Its name, and that of its file in places of errors. */
export const STRATEGY = 'parity'
/** The last line that counts: what follows the last event depends on how a way ends. */
export const END = 'the end'

/**
 * @param run those of them that are run: the others are empty lines, so that a place is the same in every way.
 * @param revision what the strategy is told that it is, for those that are rolled.
 */
export function sourceOf(situations: readonly Situation[], run: ReadonlySet<Situation>, revision = 1): string {
  const cases = [...Map.groupBy(situations, ({ strategy }) => strategy)].map(([strategy, sharing]) => {
    const names = sharing.map(({ name }) => `case ${JSON.stringify(name)}:`)
    const text = `${names.join('\n')} {\n${strategy}\n}`
    return sharing.some((situation) => run.has(situation)) ? text : text.replace(/.+/g, '')
  })
  return `module.exports = {
  metadata: {
    name: '${STRATEGY}', tag: 'v${revision}', displayName: 'Parity',
    config: [
      { name: 'situation', type: 'string', default: '' },
      { name: 'events', type: 'int', default: 0 },
      { name: 'program', type: 'string', default: '' },
    ],
    events: ['Trade', 'Ticker', 'BookSnapshot', 'KlineSummary', 'ExecReport', 'BalanceUpdate', 'RiskControl'],
  },
  create(env) {
    const { runtime, helpers, config } = env
    const revision = ${revision}
    ${TOOLS}
    switch (config.situation) {
${cases.join('\n')}
    }
    throw new Error('no such situation: ' + config.situation)
  },
}
`
}

/**
 * - `write(what, …values)`: a line; absent values are written out.
 * - `look()`: what every question of the runtime is answered at this very place.
 * - `order(request)`, `cancel(id)`, `cancelAll(symbol)`, `nap(duration)`, `ask(what, question)`: do it, write down the
 *   answer or what was thrown, and look.
 * - `watch(steps, told)`: handlers that write down all that they are given and look; `steps[n]` is called at the n-th
 *   market event, `steps.each` where there is none, `told(state, payload, count)` at each report of an order.
 * - `say(…words)`, `account()`, `brief(steps, told)`: the same in few words, where a transcript is to be read by people.
 */
const TOOLS = `const whole = (key, value) => value === undefined ? '<absent>' : value
    const write = (what, ...values) =>
      helpers.log([what, ...values.map((value) => JSON.stringify(value, whole))].join(' '))
    const attempt = (act) => { try { return act() } catch (error) { return '! ' + error.message } }
    let isCreated = false
    const look = () => write('  sees',
      attempt(() => runtime.openOrders().map(Object.values)),
      runtime.symbols().map((symbol) => attempt(() => Object.values(runtime.position(symbol)))),
      ['USDT', 'BTC'].map((currency) => attempt(() => Object.values(runtime.balance(currency)))),
      attempt(() => runtime.equity()), Object.values(runtime.getMarketState()),
      // nothing determines when the last of several recordings has begun
      ...(runtime.providers().length > 1 ? [] : [runtime.isTradingActive()]),
      // a gateway creates the strategy before it reads the recording, whose time is not known yet
      ...(isCreated ? [new Date()] : []))
    const ask = (what, question) => { const answer = attempt(question); write(what, answer); look(); return answer }
    const order = (request) => ask('order ' + JSON.stringify(request), () => runtime.submit(request))
    const cancel = (id) => ask('cancel ' + id, () => runtime.cancelOrder(id))
    const cancelAll = (symbol) => ask('cancelAll ' + (symbol ?? ''), () => runtime.cancelAll(symbol))
    const nap = (duration) => { helpers.sleep(duration); write('slept', duration); look() }
    const limit = (side, quantity, price, more) => order({ side, type: 'limit', quantity, price, ...more })
    const market = (side, quantity, more) => order({ side, type: 'market', quantity, ...more })
    const seen = new Set()
    const lastOf = {}
    // numbers of a gateway are those of its journal, which all instances share: only what they are good for is the same
    const isSound = ({ eventId, type, seqProvider }) => {
      const sound = typeof eventId === 'string' && !seen.has(eventId) && seqProvider > (lastOf[type] ?? 0)
      seen.add(eventId)
      lastOf[type] = seqProvider
      return sound
    }
    const watch = (steps = {}, told = () => undefined) => {
      let events = 0
      let reports = 0
      const onMarket = (name) => (ctx, evt, payload, ...more) => {
        const { payload: _, ...head } = evt
        isCreated = true
        write(name, head, payload, ...more.filter((one) => one !== undefined))
        look()
        const step = steps[++events] ?? steps.each
        const done = step && step(payload, events)
        if (events === config.events) write('${END}')
        return done
      }
      const onOwn = (name) => (ctx, evt, payload, ...more) => {
        const { payload: _, eventId: __, seqProvider: ___, ...head } = evt
        write(name, isSound(evt), head, payload, ...more.filter((one) => one !== undefined))
        look()
        if (name.startsWith('onOrder')) return told(payload.state, payload, ++reports)
      }
      return Object.fromEntries([
        ...['onTrade', 'onTicker', 'onBookSnapshot', 'onKlineSummary'].map((name) => [name, onMarket(name)]),
        ...['onOrderAcknowledged', 'onOrderPartialFill', 'onOrderFilled', 'onOrderCancelled', 'onOrderExpired',
          'onOrderRejected', 'onBalanceUpdate', 'onRiskControl'].map((name) => [name, onOwn(name)]),
      ])
    }
    const say = (...words) => helpers.log(words.join(' '))
    const account = () => 'open ' + runtime.openOrders().length + ', position ' + runtime.position().quantity +
      ', free ' + runtime.balance('USDT').available + ', equity ' + runtime.equity()
    const brief = (steps = {}, told = () => undefined) => {
      let events = 0
      const onMarket = () => {
        say('event', ++events + ':', account())
        if (steps[events]) steps[events]()
        if (events === config.events) write('${END}')
      }
      const onReport = (ctx, evt, { clientOrderId, state }) => {
        say(state, clientOrderId, 'at', evt.emitTs.slice(14, 23) + ':', account())
        told(state)
      }
      return {
        onTrade: onMarket, onTicker: onMarket, onOrderAcknowledged: onReport, onOrderPartialFill: onReport,
        onOrderFilled: onReport, onOrderCancelled: onReport, onOrderExpired: onReport, onOrderRejected: onReport,
      }
    }`
