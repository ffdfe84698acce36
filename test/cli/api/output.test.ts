/** How the commands over HTTP print, and what they make of words. */
import { describe, expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { createColors } from 'picocolors'
import { modulePath } from '../../../src/cli/api/client'
import { collected } from '../../../src/cli/api/command'
import { callDirectly } from '../../../src/cli/api/direct'
import { parseTagName } from '../../../src/cli/api/names'
import { coloursFor, columns, hashText, lines, pinnedText, sizeText } from '../../../src/cli/api/output'
import { riskText } from '../../../src/cli/api/risk-text'
import { diagnosticLine, warningLine } from '../../../src/cli/diagnostics'
import { fieldsHelp } from '../../../src/cli/fields'
import { inForce } from '../../../src/schema/risk-set'

const PLAIN = createColors(false)
const HASH = `sha256:${'0123456789abcdef'.repeat(4)}`

test.each([
  [0, '0B'],
  [999, '999B'],
  [1000, '1kB'],
  [3394, '3.39kB'],
  [999_499, '999kB'],
  [999_500, '1MB'],
  [12_345_678, '12.3MB'],
])('%d bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))

test('columns are as wide as their widest cell, with three spaces between them and none at the end', () => {
  const rows = [
    ['a', { text: 'long', colour: (text: string) => `<${text}>` }],
    ['wide one', ''],
    ['', 'x'],
    ['日本', 'y'],
  ]
  expect(columns(PLAIN, ['ONE', 'TWO'], rows)).toBe(
    'ONE        TWO\na          <long>\nwide one\n           x\n日本       y\n',
  )
  expect(columns(PLAIN, ['ONE'], [['a\u001b[31m\nb']])).not.toContain('\u001b')
  expect(columns(PLAIN, ['TITLE', 'B'], [])).toBe('TITLE   B\n')
})

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [true, { TERM: 'xterm' }, true],
])('on a terminal (%p) with %p there are colours: %p', (terminal, environment, isColoured) =>
  expect(coloursFor(terminal, environment).isColorSupported).toBe(isColoured),
)

test('hashes are cut to twelve digits, or whole', () => {
  expect([hashText(HASH, true), hashText(HASH, false), hashText('', true)]).toEqual(['0123456789ab', HASH, ''])
  expect([pinnedText('grid', HASH, true), pinnedText('grid', HASH, false)]).toEqual([
    'grid@0123456789ab',
    `grid@${HASH}`,
  ])
  expect(lines(['a', 'b'])).toBe('a\nb\n')
  expect(collected('b', collected('a'))).toEqual(['a', 'b'])
})

test('what names nothing has no path, and all else is encoded', () => {
  expect(modulePath('grid:v1', 'tags', 'a/b ü')).toBe('/strategies/modules/grid%3Av1/tags/a%2Fb%20%C3%BC')
  expect(modulePath('...', '.a')).toBe('/strategies/modules/.../.a')
  for (const parts of [[''], ['.'], ['..'], ['grid', ''], ['grid', '..'], ['\ud800']] as const) {
    const [first, ...others] = parts
    expect(() => modulePath(first, ...others)).toThrow(expect.objectContaining({ code: 'usage' }))
  }
})

test('a tag is named with its strategy', () => {
  expect(parseTagName('grid:prod')).toMatchObject({ name: 'grid', tag: 'prod' })
  for (const text of ['grid', `grid@${HASH}`]) expect(() => parseTagName(text)).toThrow('names no tag')
})

const MACHINE = 'localhost,127.0.0.1,::1,0.0.0.0,::'
test.each([
  [{}, MACHINE],
  [{ no_proxy: 'a.org' }, `a.org,${MACHINE}`],
  [{ NO_PROXY: 'b.org' }, `b.org,${MACHINE}`],
  [{ no_proxy: 'a.org', NO_PROXY: 'b.org' }, `a.org,${MACHINE}`],
  [{ no_proxy: '', NO_PROXY: '*' }, MACHINE],
])('with %p calls go past a proxy to %s', (environment: Record<string, string | undefined>, all) => {
  callDirectly(environment)
  expect(environment).toEqual({ no_proxy: all, NO_PROXY: all })
})

test('who calls everything directly goes on doing so', () => {
  const environment = { NO_PROXY: ' * ' }
  callDirectly(environment)
  expect(environment).toEqual({ NO_PROXY: ' * ' })
})

describe('what is said of risk', () => {
  test('is what is set, what is stopped, and who broke limits', () => {
    const limits = inForce({
      maxPositionSize: '5',
      allowedOrderTypes: ['Limit', 'Market'],
      providers: { sim: { circuitBreaker: { enabled: false } } },
      instances: { one: { circuitBreaker: { enabled: true, threshold: 3, cooldown: '90s' } } },
    })
    const since = '2026-01-31T12:00:00.000Z'
    const text = riskText(PLAIN, {
      limits,
      killSwitches: [
        { scope: 'all', mode: 'kill', since, who: 'ops', reason: 'hot' },
        { scope: 'instance', subject: 'one', mode: 'close', since, until: since, who: 'ops', reason: 'cold' },
      ],
      breaches: [
        { instance: 'one', provider: 'sim', breaches: 3, circuitBreakerOpenUntil: since },
        { instance: 'two', provider: 'sim', breaches: 1 },
      ],
      totals: [
        { scope: 'all', measure: 'position', of: 'BTC-USDT', value: '3', limit: '20' },
        { scope: 'provider', subject: 'sim', measure: 'openOrders', value: '7', limit: '9' },
      ],
      lossStops: [
        {
          scope: 'all',
          measure: 'dailyLoss',
          currency: 'USDT',
          value: '12.5',
          limit: '500',
          percent: false,
          action: 'close',
        },
        {
          scope: 'instance',
          subject: 'one',
          measure: 'drawdown',
          currency: 'BTC',
          value: '1',
          limit: '2.5',
          percent: true,
          action: 'kill',
        },
      ],
    })
    expect(text.split('\n')).toEqual([
      'LIMITS OF      LIMIT               VALUE',
      'all            maxPositionSize     5',
      'all            allowedOrderTypes   Limit Market',
      'provider sim   circuitBreaker      off',
      'instance one   circuitBreaker      90s after 3 breaches',
      '',
      'STOPPED        MODE        SINCE                      UNTIL                      WHO   REASON',
      `all            stopped     ${since}   a resume                   ops   hot`,
      `instance one   is closed   ${since}   ${since}   ops   cold`,
      '',
      'SUM OF         MEASURE                NOW   LIMIT',
      'all            position in BTC-USDT   3     20',
      'provider sim   open orders            7     9',
      '',
      'LOSSES OF      MEASURE               NOW         LIMIT      THEN',
      'all            loss of today, USDT   12.5 USDT   500 USDT   close',
      'instance one   drawdown, BTC         1 %         2.5 %      kill',
      '',
      'INSTANCE   PROVIDER   BREACHES   CIRCUIT BREAKER',
      `one        sim        3          open until ${since}`,
      'two        sim        1          closed',
      '',
    ])
  })
})

test('diagnostics name the place and the hint as far as they are known, and the field unless the words do', () => {
  const found = { stage: 'validation', message: 'must be text', path: 'metadata.name' } as const
  expect(diagnosticLine('a.js', { ...found, line: 3, column: 0, hint: 'write it' })).toBe(
    'a.js:3:0: validation: metadata.name: must be text (write it)',
  )
  expect(diagnosticLine('-', { ...found, message: 'metadata.name is odd' })).toBe(
    'standard input: validation: metadata.name is odd',
  )
  expect(warningLine('a.js', { stage: 'validation', message: 'odd', line: 2, column: 5 })).toBe(
    'a.js:2:5: warning: odd',
  )
})

test('the fields of a file stand above each other in the help', () => {
  const schema = Type.Object({
    a: Type.String({ description: 'one' }),
    secret: Type.String(),
    longer: Type.String({ description: 'two' }),
  })
  expect(fieldsHelp('Keys', schema)).toBe('\nKeys:\n  a       one\n  longer  two')
})
