// The strategy's side of the API, evaluated once at build time. Answers [load, start, state].
// It only puts things in their places: what the host gets to see is checked in natives.rs, trading.rs and orders.rs.
;(native) => {
  // There is no compiler in this realm, so `eval` could only throw; function.js has the rest. No threads, no timers.
  for (const name of ['eval', 'Atomics', 'SharedArrayBuffer', 'queueMicrotask']) delete globalThis[name]
  // Code that would run whenever an error is made, also by the engine itself.
  for (const name of ['prepareStackTrace', 'stackTraceLimit']) delete Error[name]

  const { freeze, assign, defineProperty } = Object
  const { parse, stringify } = JSON
  const { isArray } = Array
  const { abs, trunc, random } = Math
  const isFiniteNumber = Number.isFinite
  const [Text, toNumber, Failure, Settled] = [String, Number, TypeError, Promise]
  const { log } = native

  const EVENTS = {}
  for (const name of [
    'Trade',
    'Ticker',
    'BookSnapshot',
    'ExecReport',
    'KlineSummary',
    'InstrumentUpdate',
    'BalanceUpdate',
    'RiskControl',
    'Extension',
  ])
    EVENTS[name] = name
  freeze(EVENTS)

  globalThis.console = freeze({ log, info: log, warn: log, error: log, debug: log })

  let exported
  let create
  let metadata
  const persistent = {}

  const isMissing = (value) => value === undefined || value === null

  function runtimeOf(providers, symbols) {
    function submitOrder(provider, side, quantity, price) {
      return native.submitFields(provider, undefined, side, isMissing(price) ? 'market' : 'limit', quantity, price)
    }
    /** Used both as a string and by its name. */
    function selectProvider(seed) {
      const number = isMissing(seed) ? random() * 2 ** 31 : toNumber(seed)
      const name = providers[isFiniteNumber(number) ? abs(trunc(number)) % providers.length : 0]
      return defineProperty(new Text(name), 'name', { value: name })
    }
    function getMarketState() {
      const [last, bid, ask] = [native.getLastPrice(), native.getBidPrice(), native.getAskPrice()]
      const spread = bid && ask ? ask - bid : 0
      return { last, bid, ask, spread, spreadPct: spread && last ? (spread / last) * 100 : 0 }
    }
    const { isTradingActive, isDryRun, getLastPrice, getBidPrice, getAskPrice } = native
    const { submit, cancelOrder, cancelAll, openOrders, position, balance, equity, instrument } = native
    return freeze({
      isTradingActive,
      isDryRun,
      providers: () => copy(providers),
      symbols: () => copy(symbols),
      selectProvider,
      submitOrder,
      submit,
      submitMarketOrder: (provider, side, quantity) =>
        native.submitFields(provider, undefined, side, 'market', quantity),
      getMarketState,
      getLastPrice,
      getBidPrice,
      getAskPrice,
      cancelOrder,
      cancelAll,
      openOrders,
      position,
      balance,
      equity,
      instrument,
    })
  }

  function copy(list) {
    const fresh = []
    for (let i = 0; i < list.length; i++) fresh[i] = list[i]
    return fresh
  }

  /** `helpers.state = {…}` replaces what is in it: whoever holds it sees the change. */
  function setState(value) {
    if (typeof value !== 'object' || value === null || isArray(value))
      throw new Failure('helpers.state must be an object')
    const next = assign({}, value)
    for (const name in persistent) delete persistent[name]
    assign(persistent, next)
  }

  /** Runs the program's top level. */
  function load(program) {
    const module = { exports: {} }
    program.call(module.exports, module, module.exports)
    exported = module.exports
    const kind = exported === null ? 'null' : typeof exported
    if (kind !== 'object' && kind !== 'function') return [undefined, false, kind]
    create = exported.create
    metadata = stringify(exported.metadata)
    return [metadata, typeof create === 'function', kind]
  }

  /** Answers what `create` returned. */
  function start(json) {
    const { config, providers, symbols, state, tradingActive, dryRun } = parse(json)
    native.setFlags(tradingActive, dryRun)
    if (typeof create !== 'function') throw new Failure('module.exports.create is not a function')
    if (state) assign(persistent, parse(state))
    const helpers = freeze({
      log,
      sleep: native.sleep,
      get state() {
        return persistent
      },
      set state(value) {
        setState(value)
      },
    })
    const env = {
      config,
      metadata: metadata === undefined ? {} : parse(metadata),
      events: EVENTS,
      helpers,
      runtime: runtimeOf(providers, symbols),
    }
    const strategy = call(create, exported, env)
    if (strategy instanceof Settled)
      throw new Failure('create must not be async: return the object with the handlers itself')
    if (typeof strategy !== 'object' || strategy === null) {
      throw new Failure(
        `create must return an object with handlers, as { onTrade(ctx, evt, payload, price) {} }; it returned ${strategy === null ? 'null' : typeof strategy === 'undefined' ? 'nothing' : `a ${typeof strategy}`}`,
      )
    }
    return strategy
  }

  const call = Function.prototype.bind.call(Function.prototype.call, Function.prototype.call)

  function state() {
    const json = stringify(persistent)
    if (typeof json !== 'string' || json[0] !== '{') throw new Failure('helpers.state is no plain object')
    return json
  }

  return [load, start, state]
}
