// @ts-check
/** Mistakes in the form for JavaScript that is not bundled. */
/** @import { Create, Metadata } from 'meltica' */

/** @satisfies {Metadata} */
const words = /** @type {const} */ ({
  name: 'words',
  displayName: 'Words',
  config: [{ name: 'threshold', type: 'flot', default: 0.5 }], //! 2820 Did you mean '"float"'?
  events: ['Trades'], //! 2820 Did you mean '"Trade"'?
})

/** @satisfies {Metadata} */
const keys = /** @type {const} */ ({
  name: 'keys',
  displayName: 'Keys',
  descripton: 'Misspelt', //! 2561 Did you mean to write 'description'?
  config: [],
  events: ['Trade'],
})

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
  name: 'body',
  displayName: 'Body',
  config: [
    { name: 'threshold', type: 'float', default: 0.5 },
    { name: 'mode', type: 'enum', options: ['calm', 'wild'], default: 'calm' },
  ],
  events: ['Trade'],
})

/** @type {Create<typeof metadata, { count: number }>} */
function create({ config, helpers, runtime }) {
  /** @type {string} */
  const text = config.threshold //! 2322 Type 'number' is not assignable to type 'string'
  if (config.mode === 'mild') helpers.log(text) //! 2367 no overlap
  helpers.state.count = 'one' //! 2322 Type 'string' is not assignable to type 'number'
  runtime.submitMarketOrder('sim', 'by', '1') //! 2345 not assignable to parameter of type 'Side'
  require('node:fs') //! 2307
  return {
    onTrade(ctx, evt, payload, price) {
      payload.prize //! 2551 Did you mean 'price'?
      price.toUpperCase() //! 2339 does not exist on type 'number'
    },
    onKlineSumary() {}, //! 2561 Did you mean to write 'onKlineSummary'?
  }
}

/** @type {Create<typeof metadata>} */
function own() {
  return {
    onTrade() {},
    helper() {}, //! 2353 'helper' does not exist in type 'Handlers'
  }
}

module.exports = { metadata, create, words, keys, own }
