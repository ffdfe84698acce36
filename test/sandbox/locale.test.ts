/** Locales and time zones: what the sandbox can do is right, and what it can't is refused, never answered as if it were. */
import { describe, expect, test } from 'bun:test'
import { logsOf } from './stage'

/** The value of an expression as text, or what it throws. */
async function shown(expression: string): Promise<string> {
  const [line = ''] = await logsOf(
    `let r; try { r = String(${expression}) } catch (e) { r = e.name + ': ' + e.message } helpers.log(r)`,
  )
  return line
}

const NO_INTL = 'Error: the sandbox has no Intl, and so no '

describe('dates are written as by en-US in UTC', () => {
  const MORNING = "new Date('2024-03-09T05:07:09.250Z')"
  test.each([
    [`${MORNING}.toLocaleString()`, '3/9/2024, 5:07:09 AM'],
    [`${MORNING}.toLocaleDateString()`, '3/9/2024'],
    [`${MORNING}.toLocaleTimeString()`, '5:07:09 AM'],
    [`${MORNING}.toLocaleString('en-US')`, '3/9/2024, 5:07:09 AM'],
    [`${MORNING}.toLocaleString('EN-us', { timeZone: 'UTC' })`, '3/9/2024, 5:07:09 AM'],
    [`${MORNING}.toLocaleString(['en', 'de'], { timeZone: 'Etc/UTC', hour: undefined })`, '3/9/2024, 5:07:09 AM'],
    [`${MORNING}.toLocaleTimeString([], {})`, '5:07:09 AM'],
    [`${MORNING}.toLocaleTimeString(undefined, { timeZone: 'gmt' })`, '5:07:09 AM'],
    ["new Date('2024-12-31T00:00:00Z').toLocaleString()", '12/31/2024, 12:00:00 AM'],
    ["new Date('2024-12-31T12:00:00Z').toLocaleString()", '12/31/2024, 12:00:00 PM'],
    ["new Date('2024-12-31T23:59:59Z').toLocaleTimeString()", '11:59:59 PM'],
    ["new Date('0033-04-03T15:00:00Z').toLocaleDateString()", '4/3/33'],
    ["new Date('+012024-01-01T00:00:00Z').toLocaleDateString()", '1/1/12024'],
    ['new Date(NaN).toLocaleString()', 'Invalid Date'],
  ])('%s', async (expression, text) => {
    expect(await shown(expression)).toBe(text)
  })

  const DATES = 'dates are written as by en-US in UTC, and their parts are read by getUTCHours() and the like'
  test.each([
    ["toLocaleString('de-DE')", 'locale "de-DE": leave it out, or ask for en-US'],
    ["toLocaleDateString('en-GB')", 'locale "en-GB": leave it out, or ask for en-US'],
    ["toLocaleTimeString(['fr', 'en-US'])", 'locale "fr": leave it out, or ask for en-US'],
    ["toLocaleTimeString('en-US', { timeZone: 'America/New_York' })", `time zone "America/New_York": ${DATES}`],
    ["toLocaleString(undefined, { timeZone: '+01:00' })", `time zone "+01:00": ${DATES}`],
    ["toLocaleString('en-US', { timeZone: 'UTC', hour12: false })", `option hour12: ${DATES}`],
    ["toLocaleDateString('en-US', { month: 'long' })", `option month: ${DATES}`],
    ["toLocaleDateString(undefined, Object.create({ weekday: 'short' }))", `option weekday: ${DATES}`],
  ])('and not %s', async (call, reason) => {
    expect(await shown(`new Date(0).${call}`)).toBe(NO_INTL + reason)
    expect(await shown(`new Date(NaN).${call}`)).toBe(NO_INTL + reason)
  })
})

describe('numbers are written as by en-US', () => {
  test.each([
    ['(1234567.5).toLocaleString()', '1,234,567.5'],
    ["(1234567.5).toLocaleString('en-US')", '1,234,567.5'],
    ['(999).toLocaleString()', '999'],
    ['(1000).toLocaleString()', '1,000'],
    ['(0).toLocaleString()', '0'],
    ['(-0).toLocaleString()', '-0'],
    ['(-1234.5678).toLocaleString()', '-1,234.568'],
    ['(1.0005).toLocaleString()', '1.001'],
    ['(999999.9995).toLocaleString()', '1,000,000'],
    ['(0.0004).toLocaleString()', '0'],
    ['(1e-7).toLocaleString()', '0'],
    ['(1e-7).toLocaleString(undefined, { maximumFractionDigits: 8 })', '0.0000001'],
    ['(1.5e21).toLocaleString()', '1,500,000,000,000,000,000,000'],
    ['(5e-324).toLocaleString()', '0'],
    ['NaN.toLocaleString()', 'NaN'],
    ['(-Infinity).toLocaleString()', '-∞'],
    ["(1234.5).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })", '1,234.50'],
    ['(0.125).toLocaleString(undefined, { maximumFractionDigits: 2 })', '0.13'],
    ['(2.5).toLocaleString(undefined, { maximumFractionDigits: 0 })', '3'],
    ['(99.99).toLocaleString(undefined, { maximumFractionDigits: 1 })', '100'],
    ['(1).toLocaleString(undefined, { minimumFractionDigits: 5 })', '1.00000'],
    ["(12345.6).toLocaleString('en-US', { useGrouping: false, style: 'decimal' })", '12345.6'],
    ['new Number(1234).toLocaleString()', '1,234'],
    ['(123456789012345678901n).toLocaleString()', '123,456,789,012,345,678,901'],
    ["(-1234n).toLocaleString('en', { minimumFractionDigits: 1 })", '-1,234.0'],
    ['[1234, null, undefined, "a", [5e6], new Date(0)].toLocaleString()', '1,234,,,a,5,000,000,1/1/1970, 12:00:00 AM'],
    ['[1.25, 1000].toLocaleString("en-US", { maximumFractionDigits: 1 })', '1.3,1,000'],
    ['new Float64Array([1234.5, 1]).toLocaleString()', '1,234.5,1'],
    ['new BigInt64Array([-1234n]).toLocaleString()', '-1,234'],
  ])('%s', async (expression, text) => {
    expect(await shown(expression)).toBe(text)
  })

  const NUMBERS = 'use toFixed(), or of options minimumFractionDigits, maximumFractionDigits and useGrouping'
  test.each([
    ["(1).toLocaleString('de')", `${NO_INTL}locale "de": leave it out, or ask for en-US`],
    ["NaN.toLocaleString('de')", `${NO_INTL}locale "de": leave it out, or ask for en-US`],
    ["(1n).toLocaleString('ar-EG')", `${NO_INTL}locale "ar-EG": leave it out, or ask for en-US`],
    ["[1].toLocaleString('de')", `${NO_INTL}locale "de": leave it out, or ask for en-US`],
    ["new Uint8Array(1).toLocaleString('de')", `${NO_INTL}locale "de": leave it out, or ask for en-US`],
    ["(1).toLocaleString('en-US', { style: 'currency', currency: 'USD' })", `${NO_INTL}option style: ${NUMBERS}`],
    [
      '(1).toLocaleString(undefined, { maximumSignificantDigits: 3 })',
      `${NO_INTL}option maximumSignificantDigits: ${NUMBERS}`,
    ],
    ["(1).toLocaleString(undefined, { useGrouping: 'min2' })", `${NO_INTL}option useGrouping: ${NUMBERS}`],
    ['[1].toLocaleString(undefined, { notation: "compact" })', `${NO_INTL}option notation: ${NUMBERS}`],
    ['(1).toLocaleString(null)', 'TypeError: a locale is a text or a list of texts, not null'],
    ['(1).toLocaleString("en", null)', 'TypeError: options are an object, not null'],
    [
      '(1).toLocaleString("en", { maximumFractionDigits: -1 })',
      'RangeError: maximumFractionDigits is from 0 to 100, not -1',
    ],
    [
      '(1).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 1 })',
      'RangeError: minimumFractionDigits is 2, above maximumFractionDigits of 1',
    ],
  ])('and not %s', async (expression, reason) => {
    expect(await shown(expression)).toBe(reason)
  })

  test('as Node does', async () => {
    const numbers = Array.from({ length: 300 }, (_, n) => Math.sin(n * 999) * 10 ** ((n % 30) - 12))
    const options = [{}, { maximumFractionDigits: 0 }, { minimumFractionDigits: 2, maximumFractionDigits: 8 }]
    for (const given of options) {
      const [line] = await logsOf(
        `helpers.log(${JSON.stringify(numbers)}.map((n) => n.toLocaleString('en-US', ${JSON.stringify(given)})).join(' '))`,
      )
      expect(line).toBe(numbers.map((n) => n.toLocaleString('en-US', given)).join(' '))
    }
  })
})

describe('texts', () => {
  test.each([
    ["'B'.localeCompare('a')", '-1'],
    ["['b', 'a', 'ä'].sort((x, y) => x.localeCompare(y)).join()", 'a,b,ä'],
    ["'BTC-USDT'.localeCompare('ETH-USDT', 'en-US')", '-1'],
    ["'a2'.localeCompare('a10', 'en')", '1'],
    ["'x'.localeCompare('x', [], {})", '0'],
    ["'İi'.toLocaleUpperCase()", 'İI'],
    ["'ÄI'.toLocaleLowerCase('en-US')", 'äi'],
  ])('%s', async (expression, text) => {
    expect(await shown(expression)).toBe(text)
  })

  const COMPARE = 'texts are compared by code points when no locale is given'
  test.each([
    ["'a'.localeCompare('b', 'sv')", 'locale "sv": leave it out, or ask for en-US'],
    ["'a'.localeCompare('B', 'en-US')", `order of en-US: ${COMPARE}`],
    ["'a'.localeCompare('ä', 'en-US')", `order of en-US: ${COMPARE}`],
    ["'a2'.localeCompare('a10', undefined, { numeric: true })", `option numeric: ${COMPARE}`],
    ["'a'.localeCompare('A', undefined, { sensitivity: 'base' })", `option sensitivity: ${COMPARE}`],
    ["'i'.toLocaleUpperCase('tr')", 'locale "tr": leave it out, or ask for en-US'],
    ["'I'.toLocaleLowerCase(['lt'])", 'locale "lt": leave it out, or ask for en-US'],
  ])('not %s', async (expression, reason) => {
    expect(await shown(expression)).toBe(NO_INTL + reason)
  })
})

test('there is no Intl, and what takes its place looks like the methods that it replaces', async () => {
  expect(await shown('typeof Intl')).toBe('undefined')
  const methods = [
    ...['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'].map((name) => `Date.prototype.${name}`),
    'Number.prototype.toLocaleString',
    'BigInt.prototype.toLocaleString',
    'Array.prototype.toLocaleString',
    'Object.getPrototypeOf(Int8Array).prototype.toLocaleString',
    ...['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase'].map((name) => `String.prototype.${name}`),
  ]
  for (const method of methods) {
    const at = method.lastIndexOf('.')
    const [owner, name] = [method.slice(0, at), method.slice(at + 1)]
    expect(
      await shown(
        `JSON.stringify([Object.getOwnPropertyDescriptor(${owner}, '${name}'), ${method}.name, 'prototype' in ${method}])`,
      ),
    ).toBe(JSON.stringify([{ writable: true, enumerable: false, configurable: true }, name, false]))
  }
  expect(await shown("Date.prototype.toLocaleString.call({}, 'en-US')")).toStartWith('TypeError: ')
  expect(await shown('Number.prototype.toLocaleString.call("1")')).toStartWith('TypeError: ')
  expect(await shown('String.prototype.localeCompare.call(null, "1")')).toStartWith('TypeError: ')
})
