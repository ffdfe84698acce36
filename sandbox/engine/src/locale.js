// What a strategy sees of locales and time zones. The engine has no data about them: it writes dates and numbers
// as en-US does, in UTC, and throws where anything else is asked for, as a wrong answer would not be noticed.
// Evaluated once at build time. Nothing else in the engine is made of it: a strategy may replace what it stands on.
;() => {
  // biome-ignore lint/suspicious/noRedundantUseStrict: this is a script, and methods of numbers and texts must get them as they are
  'use strict'
  const TypedArray = Object.getPrototypeOf(Uint8Array)
  const { localeCompare, toLocaleLowerCase, toLocaleUpperCase } = String.prototype

  function refuse(what, instead) {
    throw new Error(`the sandbox has no Intl, and so no ${what}: ${instead}`)
  }

  /** Whether a locale is given; throws unless it is the one that there is. */
  function isLocaleGiven(locales) {
    if (locales === null) throw new TypeError('a locale is a text or a list of texts, not null')
    const locale = Array.isArray(locales) ? locales[0] : locales
    if (locale === undefined) return false
    if (!/^en(-us)?$/i.test(locale)) refuse(`locale "${locale}"`, 'leave it out, or ask for en-US')
    return true
  }

  /** @param accepts of an option's name and its value: whether it can be carried out */
  function checkOptions(options, accepts, instead) {
    if (options === null) throw new TypeError('options are an object, not null')
    for (const name in options) {
      const value = options[name]
      if (value === undefined || accepts(name, value)) continue
      refuse(name === 'timeZone' ? `time zone "${value}"` : `option ${name}`, instead)
    }
  }

  const isUtc = (name, value) => name === 'timeZone' && /^(?:etc\/)?(?:utc|gmt)$/i.test(value)

  /** @param parts of the text: 1 for the date, 2 for the time */
  function dateText(date, locales, options, parts) {
    const milliseconds = Date.prototype.getTime.call(date)
    isLocaleGiven(locales)
    checkOptions(
      options,
      isUtc,
      'dates are written as by en-US in UTC, and their parts are read by getUTCHours() and the like',
    )
    if (Number.isNaN(milliseconds)) return 'Invalid Date'
    const two = (number) => `${number}`.padStart(2, '0')
    const [year, hours] = [date.getUTCFullYear(), date.getUTCHours()]
    // Years before the first are counted backwards, as people do.
    const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${year > 0 ? year : 1 - year}`
    const time = `${hours % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${hours < 12 ? 'AM' : 'PM'}`
    return parts === 1 ? day : parts === 2 ? time : `${day}, ${time}`
  }

  const isOfNumbers = (name, value) =>
    name === 'minimumFractionDigits' ||
    name === 'maximumFractionDigits' ||
    (name === 'useGrouping' && typeof value === 'boolean') ||
    (name === 'style' && value === 'decimal')

  function digitsOf(options, name, usual) {
    const given = options?.[name]
    const digits = given === undefined ? usual : Math.floor(given)
    if (!(digits >= 0 && digits <= 100)) throw new RangeError(`${name} is from 0 to 100, not ${given}`)
    return digits
  }

  /** @param text digits, with a point and an exponent or without */
  function numberText(isNegative, text, locales, options) {
    isLocaleGiven(locales)
    const known = 'minimumFractionDigits, maximumFractionDigits and useGrouping'
    checkOptions(options, isOfNumbers, `use toFixed(), or of options ${known}`)
    const least = digitsOf(options, 'minimumFractionDigits', 0)
    const most = digitsOf(options, 'maximumFractionDigits', Math.max(3, least))
    if (least > most) throw new RangeError(`minimumFractionDigits is ${least}, above maximumFractionDigits of ${most}`)
    const digits = rounded(text, most)
    const whole = digits.slice(0, digits.length - most).replace(/^0+(?=\d)/, '')
    const fraction = digits
      .slice(digits.length - most)
      .replace(/0+$/, '')
      .padEnd(least, '0')
    const grouped = options?.useGrouping === false ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
    return `${isNegative ? '-' : ''}${grouped}${fraction && `.${fraction}`}`
  }

  /** All digits up to so many behind the point, which is left out; halves go away from zero. */
  function rounded(text, places) {
    const [mantissa, exponent = '0'] = text.split('e')
    const [before, after = ''] = mantissa.split('.')
    const zeros = Math.max(0, -exponent)
    const end = zeros + before.length + Number(exponent) + places
    const digits = `${'0'.repeat(zeros)}${before}${after}`.padEnd(end + 1, '0')
    const kept = digits.slice(0, end)
    return digits[end] < '5' ? kept : `${BigInt(kept) + 1n}`.padStart(end, '0')
  }

  function elementsText(list, length, locales, options) {
    let text = ''
    for (let i = 0; i < length; i++) text += `${i > 0 ? ',' : ''}${list[i]?.toLocaleString(locales, options) ?? ''}`
    return text
  }

  /** In en-US, digits, these signs, and letters of one case have the order of their code points. */
  const isAsInEnglish = (text) => /^(?:[-\d ./A-Z]*|[-\d ./a-z]*)$/.test(text)

  function install(prototype, methods) {
    for (const name of Object.keys(methods)) {
      const value = methods[name]
      Object.defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true })
    }
  }

  install(Date.prototype, {
    toLocaleString(locales, options) {
      return dateText(this, locales, options, 3)
    },
    toLocaleDateString(locales, options) {
      return dateText(this, locales, options, 1)
    },
    toLocaleTimeString(locales, options) {
      return dateText(this, locales, options, 2)
    },
  })
  install(Number.prototype, {
    toLocaleString(locales, options) {
      const number = Number.prototype.valueOf.call(this)
      const isNegative = number < 0 || Object.is(number, -0)
      const hasDigits = Number.isFinite(number)
      const finite = numberText(isNegative, hasDigits ? `${Math.abs(number)}` : '0', locales, options)
      return hasDigits ? finite : Number.isNaN(number) ? 'NaN' : isNegative ? '-∞' : '∞'
    },
  })
  install(BigInt.prototype, {
    toLocaleString(locales, options) {
      const integer = BigInt.prototype.valueOf.call(this)
      return numberText(integer < 0n, `${integer < 0n ? -integer : integer}`, locales, options)
    },
  })
  install(Array.prototype, {
    toLocaleString(locales, options) {
      return elementsText(this, this.length, locales, options)
    },
  })
  install(TypedArray.prototype, {
    toLocaleString(locales, options) {
      const { get: length } = Object.getOwnPropertyDescriptor(TypedArray.prototype, 'length')
      return elementsText(this, length.call(this), locales, options)
    },
  })
  install(String.prototype, {
    localeCompare(that, locales, options) {
      const isEnglish = isLocaleGiven(locales)
      const instead = 'texts are compared by code points when no locale is given'
      checkOptions(options, () => false, instead)
      if (isEnglish && !isAsInEnglish(`${this}${that}`)) refuse('order of en-US', instead)
      return localeCompare.call(this, that)
    },
    toLocaleLowerCase(locales) {
      isLocaleGiven(locales)
      return toLocaleLowerCase.call(this)
    },
    toLocaleUpperCase(locales) {
      isLocaleGiven(locales)
      return toLocaleUpperCase.call(this)
    },
  })
}
