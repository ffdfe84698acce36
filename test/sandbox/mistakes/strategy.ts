/** Mistakes in the form that the README recommends. After each stand the errors that are expected: codes and words. */
import { type Handlers, strategy } from 'meltica'

export const words = strategy({
  metadata: {
    name: 'words',
    displayName: 'Words',
    config: [
      { name: 'threshold', type: 'flot', default: 0.5 }, //! 2820 Did you mean '"float"'?
      { name: 'spacing', type: 'float', default: 'wide' }, //! 2322 Type 'string' is not assignable to type 'number'
      { name: 'mode', type: 'enum', default: 'calm' }, //! 2322 Property 'options' is missing
    ],
    events: ['Trades'], //! 2820 Did you mean '"Trade"'?
  },
  create(): Handlers {
    return {}
  },
})

export const keys = strategy({
  metadata: {
    name: 'keys',
    displayName: 'Keys',
    descripton: 'Misspelt', //! 2322 not assignable to type 'never'
    config: [
      { name: 'threshold', type: 'float', defalt: 0.5 }, //! 2322 not assignable to type 'never'
    ],
    events: ['Trade'],
  },
  create(): Handlers {
    return {}
  },
})

export const missing = strategy({
  metadata: { name: 'missing', events: ['Trade'] }, //! 2322 Property 'displayName' is missing
  create(): Handlers {
    return {}
  },
})

interface State {
  count: number
  working: Record<string, string>
}

export const body = strategy({
  metadata: {
    name: 'body',
    displayName: 'Body',
    config: [
      { name: 'threshold', type: 'float', default: 0.5 },
      { name: 'levels', type: 'int', required: true },
      { name: 'short', type: 'bool', default: false },
      { name: 'pause', type: 'duration', default: '1m' },
      { name: 'mode', type: 'enum', options: ['calm', 'wild'], default: 'calm' },
      { name: 'limit', type: 'float' },
    ],
    events: ['Trade', 'KlineSummary', 'ExecReport'],
  },
  types: {} as { state: State },
  create({ config, helpers, runtime }): Handlers {
    const numbers: number[] = [config.threshold, config.levels]
    const flags: boolean[] = [config.short, config.dry_run]
    const texts: string[] = [config.pause, config.mode]
    const limit: number | undefined = config.limit
    helpers.log(numbers, flags, texts, limit)

    const text: string = config.threshold //! 2322 Type 'number' is not assignable to type 'string'
    const always: number = config.limit //! 2322 Type 'undefined' is not assignable to type 'number'
    config.treshold //! 2551 Did you mean 'threshold'?
    config.threshold = 1 //! 2540 read-only
    if (config.mode === 'mild') helpers.log(text, always) //! 2367 no overlap

    helpers.state.count = 'one' //! 2322 Type 'string' is not assignable to type 'number'
    helpers.state.count + 1 //! 18048 possibly 'undefined'
    helpers.state.cuont = 1 //! 2551 Did you mean 'count'?
    const working = helpers.state.working ?? {}
    working[0]?.toUpperCase()

    helpers.sleep(true) //! 2345 not assignable to parameter of type 'string | number'
    helpers.slep(1) //! 2551 Did you mean 'sleep'?
    runtime.submitMarketOrder('sim', 'by', '1') //! 2345 not assignable to parameter of type 'Side'
    runtime.submitMarketOrder('sim', 'buy') //! 2554 Expected 3 arguments
    runtime.submitOrder('sim', 'SELL', '100%', true) //! 2345 not assignable to parameter of type 'Amount
    runtime.submit({ side: 'Buy', type: 'limit', quantity: 1 }) //! 2345 Property 'price' is missing
    runtime.submit({ side: 'buy', type: 'market', quantity: 1, price: 2 }) //! 2353 'price' does not exist
    runtime.submit({ side: 'buy', type: 'markt', quantity: 1 }) //! 2820 Did you mean '"market"'?
    runtime.position('BTC-USDT').quantity.toUpperCase() //! 2339 does not exist on type 'number'

    return {
      onTrade(ctx, evt, payload, price) {
        price.toFixed(2)
        payload.prize //! 2551 Did you mean 'price'?
        payload.price.toFixed(2) //! 2551 Did you mean 'fixed'?
        evt.payload.closePrice //! 2339 does not exist on type 'Trade'
        evt.type === 'Ticker' //! 2367 no overlap
        ctx.anything.more //! 2339 does not exist on type 'never'
      },
      onKlineSummary(ctx, evt, { interval, close }) { //! 2339 Property 'close' does not exist on type 'KlineSummary'
        if (interval === '5m') helpers.log(close)
      },
    }
  },
})

export const handlers = [
  strategy({
    metadata: { name: 'misspelt', displayName: 'Misspelt', events: ['KlineSummary'] },
    create(): Handlers {
      return {
        onKlineSumary() {}, //! 2561 Did you mean to write 'onKlineSummary'?
      }
    },
  }),
  strategy({
    metadata: { name: 'own', displayName: 'Own', events: ['Trade'] },
    create(): Handlers {
      return {
        onTrade() {},
        helper() {}, //! 2353 'helper' does not exist in type 'Handlers'
      }
    },
  }),
  strategy({
    metadata: { name: 'arguments', displayName: 'Arguments', events: ['Trade'] },
    create({ runtime }): Handlers {
      return {
        onTrade(ctx, evt, payload: string) { //! 2322 Type 'Trade' is not assignable to type 'string'
          runtime.submitMarketOrder(evt.provider, 'buy', payload)
        },
        onEnd(ctx, evt) {
          runtime.submitMarketOrder(evt.provider, 'sell', '100%')
          evt.payload.price //! 18047 possibly 'null'
        },
        wantsCrossProviderEvents: 'yes', //! 2322 Type 'string' is not assignable
      }
    },
  }),
]

export const unannotated = strategy({
  metadata: { name: 'unannotated', displayName: 'Unannotated', events: ['KlineSummary'] },
  create() { //! 2322 onKlineSumary is no handler: nothing calls it
    return {
      onKlineSumary(ctx, evt, payload) {}, //! 7006 'ctx'; 7006 'evt'; 7006 'payload'
      onKlineSummary(ctx, evt, payload) {
        payload.closePrice.toUpperCase()
      },
    }
  },
})

export const promise = strategy({
  metadata: { name: 'promise', displayName: 'Promise', events: ['Trade'] },
  async create() { //! 2322 Promise
    return {}
  },
})
