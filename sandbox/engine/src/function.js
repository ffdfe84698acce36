// `Function`, as a strategy sees it. No text becomes code in here but one, by which bundles find the global object
// (lodash, core-js and others begin with it): `Function('return this')()`. Evaluated once at build time.
;() => {
  const { defineProperty } = Object
  const { prototype } = Function
  const [world, Failure] = [globalThis, EvalError]
  const isReturnThis = prototype.bind.call(prototype.call, RegExp.prototype.test, /^\s*return\s+this\s*;?\s*$/)

  /** What the text says, in sloppy mode. */
  const returnThis = () =>
    function anonymous() {
      return this
    }

  /** `this` is the global object in a plain call; of any other (`f.constructor(…)`) nothing is made. */
  function make(...texts) {
    const isPlain = new.target !== undefined || this === world
    if (isPlain && texts.length === 1 && typeof texts[0] === 'string' && isReturnThis(texts[0])) return returnThis()
    throw new Failure(
      "no text becomes code in a strategy: of Function only Function('return this') works, eval does not",
    )
  }

  const describe = (name, value) => defineProperty(make, name, { value, configurable: true })
  describe('name', 'Function')
  describe('length', 1)
  defineProperty(make, 'prototype', { value: prototype, writable: false })
  defineProperty(prototype, 'constructor', { value: make })
  defineProperty(globalThis, 'Function', { value: make })
}
