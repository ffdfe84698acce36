// How `log` prints: as console.log of Node does, but on one line. Evaluated once at build time; answers
// (...arguments) => line. What it is made of is taken here, before a strategy can replace it. Getters
// are not run; what a proxy runs is on the strategy's own fuel.
;() => {
  const MAX_DEPTH = 2
  const MAX_ITEMS = 100
  /** Lines are cut there anyway. */
  const MAX_CHARS = 8192

  const { isArray } = Array
  const { getOwnPropertyDescriptor, getPrototypeOf, is } = Object
  const { ownKeys } = Reflect
  const { stringify } = JSON
  const { toStringTag } = Symbol
  const { max, min } = Math
  const text = String
  const number = Number
  const [toInteger, toFloat] = [parseInt, parseFloat]
  const method = (f) => Function.prototype.bind.call(Function.prototype.call, f)
  const getter = (prototype, name) => method(getOwnPropertyDescriptor(prototype, name).get)
  const [join, push, indexOf] = [method([].join), method([].push), method([].indexOf)]
  const [slice, search, replace, includes, trimEnd] = [
    method(''.slice),
    method(''.search),
    method(''.replace),
    method(''.includes),
    method(''.trimEnd),
  ]
  const [forEachOfMap, forEachOfSet] = [method(Map.prototype.forEach), method(Set.prototype.forEach)]
  const [sizeOfMap, sizeOfSet] = [getter(Map.prototype, 'size'), getter(Set.prototype, 'size')]
  const [toISOString, toTime] = [method(Date.prototype.toISOString), method(Date.prototype.getTime)]
  const regExpText = method(RegExp.prototype.toString)
  const symbolText = method(Symbol.prototype.toString)
  const TypedArray = getPrototypeOf(Uint8Array)
  const typedLength = getter(TypedArray.prototype, 'length')
  const byteLength = getter(ArrayBuffer.prototype, 'byteLength')
  const BOXES = [
    [String, method(String.prototype.valueOf)],
    [Number, method(Number.prototype.valueOf)],
    [Boolean, method(Boolean.prototype.valueOf)],
    [BigInt, method(BigInt.prototype.valueOf)],
    [Symbol, method(Symbol.prototype.valueOf)],
  ]
  const OPAQUE = [
    [Promise, 'Promise { … }'],
    [WeakMap, 'WeakMap { <items unknown> }'],
    [WeakSet, 'WeakSet { <items unknown> }'],
  ]
  const [E, M, S, D, R, B] = [Error, Map, Set, Date, RegExp, ArrayBuffer]

  /** Characters that the line at hand may still take. */
  let charsLeft = 0
  /** The objects around the one at hand, and those that were met again within themselves. */
  let around = []
  let circular = []

  function format(...values) {
    charsLeft = MAX_CHARS
    around = []
    circular = []
    const parts = []
    let from = 0
    if (values.length > 1 && typeof values[0] === 'string' && includes(values[0], '%')) {
      from = 1
      const next = () => (from < values.length ? [values[from++]] : undefined)
      push(
        parts,
        replace(values[0], /%[sdifjoOc%]/g, (directive) => fill(directive, next)),
      )
    }
    for (let i = from; i < values.length && charsLeft > 0; i++) {
      const value = values[i]
      push(parts, spend(typeof value === 'string' ? value : inspect(value, 0)))
    }
    return join(parts, ' ')
  }

  function fill(directive, next) {
    if (directive === '%%') return '%'
    const taken = next()
    if (!taken) return directive
    const value = taken[0]
    switch (directive) {
      case '%s':
        return typeof value === 'string' ? value : inspect(value, MAX_DEPTH)
      case '%d':
        return typeof value === 'object' || typeof value === 'symbol' ? 'NaN' : inspect(number(value), 0)
      case '%i':
        return typeof value === 'object' || typeof value === 'symbol' ? 'NaN' : text(toInteger(value))
      case '%f':
        return typeof value === 'symbol' ? 'NaN' : text(toFloat(value))
      case '%j':
        return text(stringify(value))
      case '%c':
        return ''
      default:
        return inspect(value, 0)
    }
  }

  function spend(part) {
    const kept = part.length > charsLeft ? `${slice(part, 0, charsLeft)}…` : part
    charsLeft -= part.length
    return kept
  }

  function inspect(value, depth) {
    switch (typeof value) {
      case 'string':
        return quote(slice(value, 0, max(charsLeft, 0)))
      case 'number':
        return is(value, -0) ? '-0' : text(value)
      case 'bigint':
        return `${text(value)}n`
      case 'symbol':
        return symbolText(value)
      case 'object':
        if (value === null) return 'null'
        break
      case 'function':
        break
      default:
        return text(value)
    }
    if (indexOf(around, value) >= 0) {
      if (indexOf(circular, value) < 0) push(circular, value)
      return `[Circular *${indexOf(circular, value) + 1}]`
    }
    push(around, value)
    let described
    try {
      described = describe(value, depth)
    } catch {
      described = '[unreadable]'
    }
    around.length--
    const reference = indexOf(circular, value)
    return reference < 0 ? described : `<ref *${reference + 1}> ${described}`
  }

  function describe(value, depth) {
    const name = constructorName(value)
    if (typeof value === 'function') return withProperties(functionText(value), value, depth)
    if (value instanceof E) return withProperties(errorText(value), value, depth)
    if (value instanceof D) return is(toTime(value), NaN) ? 'Invalid Date' : toISOString(value)
    if (value instanceof R) return regExpText(value)
    if (value instanceof B) return `ArrayBuffer { byteLength: ${byteLength(value)} }`
    for (let i = 0; i < BOXES.length; i++) {
      const [Box, unbox] = BOXES[i]
      if (value instanceof Box) return withProperties(`[${name}: ${inspect(unbox(value), depth)}]`, value, depth)
    }
    for (let i = 0; i < OPAQUE.length; i++) if (value instanceof OPAQUE[i][0]) return OPAQUE[i][1]
    if (depth > MAX_DEPTH) return isArray(value) ? '[Array]' : `[${name ?? 'Object: null prototype'}]`
    if (isArray(value)) {
      const entries = list(value.length, (i) =>
        getOwnPropertyDescriptor(value, i) ? property(value, i, depth) : undefined,
      )
      properties(value, depth, entries)
      return wrap(name === 'Array' ? '' : `${name}(${value.length}) `, '[', entries, ']')
    }
    if (value instanceof TypedArray) {
      const length = typedLength(value)
      return wrap(
        `${name}(${length}) `,
        '[',
        list(length, (i) => text(value[i])),
        ']',
      )
    }
    const entries = []
    if (value instanceof M) {
      forEachOfMap(value, (item, key) =>
        add(entries, () => `${inspect(key, depth + 1)} => ${inspect(item, depth + 1)}`),
      )
      return wrap(`${name}(${sizeOfMap(value)}) `, '{', rest(entries, sizeOfMap(value)), '}')
    }
    if (value instanceof S) {
      forEachOfSet(value, (item) => add(entries, () => inspect(item, depth + 1)))
      return wrap(`${name}(${sizeOfSet(value)}) `, '{', rest(entries, sizeOfSet(value)), '}')
    }
    properties(value, depth, entries)
    const prefix = name === 'Object' ? '' : `${name ?? '[Object: null prototype]'} `
    return wrap(prefix, '{', entries, '}')
  }

  /** The first entries of something long; undefined stands for a hole. */
  function list(length, entry) {
    const entries = []
    let holes = 0
    const shown = min(length, MAX_ITEMS)
    const closeHole = () => {
      if (holes > 0) push(entries, `<${holes} empty item${holes > 1 ? 's' : ''}>`)
      holes = 0
    }
    for (let i = 0; i < shown && charsLeft > 0; i++) {
      const next = entry(i)
      if (next === undefined) holes++
      else {
        closeHole()
        push(entries, spend(next))
      }
    }
    closeHole()
    if (length > shown) push(entries, more(length - shown))
    return entries
  }

  function more(count) {
    return `... ${count} more item${count > 1 ? 's' : ''}`
  }

  function add(entries, entry) {
    if (entries.length < MAX_ITEMS && charsLeft > 0) push(entries, spend(entry()))
  }

  function rest(entries, size) {
    if (size > entries.length) push(entries, more(size - entries.length))
    return entries
  }

  /** All but the elements of an array. */
  function properties(value, depth, entries) {
    const keys = ownKeys(value)
    const isList = isArray(value) || value instanceof String
    for (let i = 0; i < keys.length && charsLeft > 0; i++) {
      const key = keys[i]
      if (isList && typeof key === 'string' && text(key >>> 0) === key) continue
      if (!getOwnPropertyDescriptor(value, key)?.enumerable) continue
      push(entries, spend(`${keyText(key)}: ${property(value, key, depth)}`))
    }
  }

  function property(value, key, depth) {
    const found = getOwnPropertyDescriptor(value, key)
    if (found.get) return found.set ? '[Getter/Setter]' : '[Getter]'
    if (found.set) return '[Setter]'
    return inspect(found.value, depth + 1)
  }

  function withProperties(head, value, depth) {
    const entries = []
    if (depth <= MAX_DEPTH) properties(value, depth, entries)
    return entries.length === 0 ? head : `${head} ${wrap('', '{', entries, '}')}`
  }

  function wrap(prefix, open, entries, close) {
    return entries.length === 0 ? `${prefix}${open}${close}` : `${prefix}${open} ${join(entries, ', ')} ${close}`
  }

  function functionText(value) {
    const name = data(value, 'name') || undefined
    const prototype = getOwnPropertyDescriptor(value, 'prototype')
    const maker = getPrototypeOf(value)
    if (prototype && !prototype.writable && !prototype.enumerable && !prototype.configurable) {
      const base = typeof maker === 'function' ? data(maker, 'name') : undefined
      return `[class ${name ?? '(anonymous)'}${base ? ` extends ${base}` : ''}]`
    }
    const kind = (maker && data(maker, toStringTag)) || 'Function'
    return name ? `[${kind}: ${name}]` : `[${kind} (anonymous)]`
  }

  function errorText(value) {
    const [name, message, stack] = [data(value, 'name'), data(value, 'message'), data(value, 'stack')]
    const head = message ? `${name ?? 'Error'}: ${message}` : `${name ?? 'Error'}`
    const cause = getOwnPropertyDescriptor(value, 'cause')
    const because = cause && 'value' in cause ? ` { [cause]: ${inspect(cause.value, 1)} }` : ''
    const frames = typeof stack === 'string' ? search(stack, /^ {4}at /m) : -1
    return (frames < 0 ? `[${head}]` : `${head}\n${trimEnd(slice(stack, frames))}`) + because
  }

  function constructorName(value) {
    const prototype = getPrototypeOf(value)
    if (prototype === null) return undefined
    const maker = data(prototype, 'constructor')
    const name = typeof maker === 'function' ? data(maker, 'name') : undefined
    return typeof name === 'string' && name ? name : 'Object'
  }

  /** A data property of an object or its next prototypes. */
  function data(object, key) {
    for (let owner = object, i = 0; owner && i < 16; owner = getPrototypeOf(owner), i++) {
      const found = getOwnPropertyDescriptor(owner, key)
      if (found) return found.value
    }
    return undefined
  }

  function keyText(key) {
    if (typeof key === 'symbol') return `[${symbolText(key)}]`
    return replace(key, /^[A-Za-z_]\w*$/, '') === '' && key !== '' ? key : quote(key)
  }

  function quote(value) {
    const mark = !includes(value, "'") ? "'" : !includes(value, '"') ? '"' : !includes(value, '`') ? '`' : "'"
    const escaped = replace(value, /[\\\p{Cc}]/gu, (c) => ESCAPES[c] ?? slice(stringify(c), 1, -1))
    return mark + (mark === "'" ? replace(escaped, /'/g, "\\'") : escaped) + mark
  }
  const ESCAPES = { __proto__: null, '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

  return format
}
