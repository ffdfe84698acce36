/** How much a strategy may say of itself, to the last character, and how what is wrong is shown. */
import { describe, expect, test } from 'bun:test'
import { checkConfig } from '../../src/compiler/config'
import { meant } from '../../src/compiler/spelling'
import { misfit, shown } from '../../src/compiler/values'
import type { ConfigField } from '../../src/schema/metadata'
import { MAX_SOURCE_BYTES } from '../../src/schema/source-size'
import { compile, diagnosticsOf, metadataOf, metadataProblems, SOUND, strategy } from './sources'

describe('metadata has at most', () => {
  const field = (more: string) => `config: [{ name: 'a', type: 'string', ${more} }]`
  test.each([
    ['128 characters of a name', (n: number) => `name: 'a'.repeat(${n})`, 128],
    ['128 characters of a tag', (n: number) => `tag: 'a'.repeat(${n})`, 128],
    ['80 characters of a display name', (n: number) => `displayName: 'a'.repeat(${n})`, 80],
    ['4096 characters of a description', (n: number) => `description: 'a'.repeat(${n})`, 4096],
    ['128 characters of a field name', (n: number) => `config: [{ name: 'a'.repeat(${n}), type: 'int' }]`, 128],
    ['4096 characters of a default', (n: number) => field(`default: 'a'.repeat(${n})`), 4096],
    ['4096 characters of a field description', (n: number) => field(`description: 'a'.repeat(${n})`), 4096],
    [
      '256 fields',
      (n: number) => `config: Array.from({ length: ${n} }, (_, i) => ({ name: 'f' + i, type: 'int' }))`,
      256,
    ],
    [
      '256 options',
      (n: number) => `config: [{ name: 'a', type: 'enum', options: Array.from({ length: ${n} }, (_, i) => 'o' + i) }]`,
      256,
    ],
  ])('%s', async (_, fields, most) => {
    expect(await metadataProblems(fields(most))).toEqual([])
    expect(await metadataProblems(fields(most + 1))).toHaveLength(1)
  })
})

describe('each problem is told once, in words of its own:', () => {
  test.each([
    ["name: 'nul'", 'metadata.name is "nul", a name of the system\'s'],
    ["description: 'a\\u0000'", 'metadata.description holds control characters'],
    ['metadata: 1', undefined],
    ["config: [{ name: 'dry_run', type: 'int' }]", 'metadata.config[0].type is not bool, as that of dry_run must be'],
    [
      "config: [{ name: 'a', type: 'int' }, { name: 'a', type: 'int' }]",
      'metadata.config[1].name declares "a" once more',
    ],
    ["config: [{ name: 'a', type: 'int', required: 1 }]", 'metadata.config[0].required is 1, not true or false'],
    ["config: [{ name: 'a', type: 'enum', options: [] }]", 'metadata.config[0].options is empty: an enum has options'],
    ["config: [{ name: 'a', type: 'enum', options: ['x', ' '] }]", 'metadata.config[0].options[1] is empty'],
    [
      "config: [{ name: 'a', type: 'enum', options: [], default: 'x' }]",
      'metadata.config[0].options is empty: an enum has options',
    ],
    ["config: [{ name: 'a', type: 'nope', default: 1 }]", 'metadata.config[0].type is "nope", not a type'],
    ['config: [null]', 'metadata.config[0] is null, not a config field'],
    ['config: Array(257).fill(1)', 'metadata.config has 257 items, more than 256'],
    ["events: ['', ' ']", 'metadata.events is empty'],
    ["events: ['Nope']", 'metadata.events[0] is "Nope", not an event'],
    ["events: [3, 'Trade']", 'metadata.events[0] is 3, not an event'],
    ['events: null', 'metadata.events is missing'],
  ])('%s', async (fields, message) => {
    expect((await metadataProblems(fields)).map((problem) => problem.message)).toEqual(message ? [message] : [])
  })

  test('what is no metadata at all', async () => {
    const messages = async (text: string) => (await diagnosticsOf(strategy(text))).map(({ message }) => message)
    expect(await messages('undefined')).toEqual(['metadata is missing'])
    expect(await messages('null')).toEqual(['metadata is not an object'])
    expect(await messages('[]')).toEqual(['metadata is not an object'])
  })
})

test('metadata is taken trimmed, with what it says of its fields and nothing else', async () => {
  const metadata = await metadataOf(
    `description: ' two\\nlines\\t', tag: null,
     config: [
       { name: ' a ', type: ' enum ', options: [' x ', 'y'], default: 'x', description: ' d ', required: true, more: 1 },
       { name: 'b', type: 'int', default: 0, required: null },
       { name: 'c', type: 'bool', default: false },
     ], events: ['Ticker', '', 'Trade', 'Ticker']`,
  )
  expect(metadata).toEqual({
    name: 'grid',
    tag: '',
    displayName: 'Grid',
    description: 'two\nlines',
    events: ['Ticker', 'Trade'],
    config: [
      { name: 'a', type: 'enum', options: ['x', 'y'], default: 'x', description: 'd', required: true },
      { name: 'b', type: 'int', default: 0, required: false },
      { name: 'c', type: 'bool', default: false, required: false },
      {
        name: 'dry_run',
        type: 'bool',
        description: 'Check and log orders without sending them',
        default: true,
        required: false,
      },
    ],
  })
})

describe('a value fits its field', () => {
  const field = (type: ConfigField['type'], options?: string[]) => ({ type, ...(options && { options }) })
  test.each([
    [field('string'), 'x'.repeat(4096), undefined],
    [field('string'), 'x'.repeat(4097), 'must have at most 4096 characters'],
    [field('int'), Number.MAX_SAFE_INTEGER, undefined],
    [field('int'), Number.MAX_SAFE_INTEGER + 1, 'must be a whole number, not 9007199254740992'],
    [field('float'), Number.NaN, 'must be a number, not null'],
    [field('bool'), undefined, 'must be true or false, not absent'],
    [field('enum'), 'x', 'must be one of , not "x"'],
    [field('enum', ['x', 'y']), 'y', undefined],
    [field('duration'), '.5h+', 'must be a duration as "250ms" or "1m30s", not ".5h+"'],
    [field('duration'), '+1h2m3s4ms5us6µs7μs8ns', undefined],
    [field('duration'), '.5h', undefined],
    [field('duration'), '5.h', undefined],
    [field('duration'), '', 'must be a duration as "250ms" or "1m30s", not ""'],
  ])('%j: %p', (of, value, wrong) => expect(misfit(of, value)).toBe(wrong))

  test('or is shown in sixty characters at most', () => {
    expect([58, 59].map((length) => shown('x'.repeat(length)))).toEqual([`"${'x'.repeat(58)}"`, `"${'x'.repeat(56)}…`])
    expect([shown(undefined), shown(() => 1)]).toEqual(['absent', 'function'])
  })

  test('or says of what type it has to be', () => {
    const required = (type: ConfigField['type']) => {
      const checked = checkConfig({ config: [{ name: 'a', type, required: true }] }, { a: null })
      return 'problems' in checked ? checked.problems.map(({ message }) => message) : []
    }
    const types = ['string', 'int', 'float', 'bool', 'duration', 'enum'] as const
    expect(types.flatMap(required)).toEqual([
      '"a" is required: a string',
      '"a" is required: an int',
      '"a" is required: a float',
      '"a" is required: a bool',
      '"a" is required: a duration',
      '"a" is required: an enum',
    ])
  })
})

describe('a slip is told from another word:', () => {
  test.each([
    ['onTrade', 'onTrade'],
    ['ontrade', 'onTrade'],
    ['onTrad', 'onTrade'],
    ['onTr', undefined],
    ['onTra', 'onTrade'],
    ['onTradess', 'onTrade'],
    ['onTradesss', undefined],
    ['onTraed', 'onTrade'],
    ['noTraed', 'onTrade'],
    ['noTrxed', undefined],
    ['xxTrade', 'onTrade'],
    ['xxxrade', undefined],
    ['onTickers', 'onTicker'],
    ['', undefined],
  ])('%p: %p', (written, word) => expect(meant(written, ['onTicker', 'onTrade', 'onBookSnapshot'])).toBe(word))

  test('of words as near the first is meant, of others the nearest', () => {
    expect(meant('onA', ['onB', 'onC'])).toBe('onB')
    expect(meant('onTrade', ['onTrads', 'onTrade'])).toBe('onTrade')
  })
})

describe('a source', () => {
  const sound = strategy(`{ ${SOUND} }`)
  test('has at most a mebibyte', async () => {
    expect(MAX_SOURCE_BYTES).toBe(1_048_576)
    const padded = (bytes: number) => sound + ' '.repeat(bytes - sound.length)
    expect('program' in (await compile(padded(1_048_576)))).toBe(true)
    expect((await diagnosticsOf(padded(1_048_577))).map(({ message }) => message)).toEqual([
      'the source has 1048577 bytes, more than 1 MiB (1048576)',
    ])
  })

  test('that is too large by its source map is told so', async () => {
    const map = `//# sourceMappingURL=data:application/json;base64,${'A'.repeat(1_048_576)}`
    expect(await diagnosticsOf(sound + map)).toEqual([
      {
        stage: 'compile',
        message: `the source has ${sound.length + map.length} bytes, more than 1 MiB (1048576); ${map.length - 4} of them are its source map`,
        hint: expect.stringContaining('--sources-content=false'),
      },
    ])
  })

  test('may begin with a hashbang or a byte order mark, which move no column', async () => {
    const wrong = strategy("{ name: 'A B' }")
    for (const head of ['', '\uFEFF']) {
      expect((await diagnosticsOf(head + wrong))[0]).toMatchObject({ line: 1, column: 38 })
    }
    expect((await diagnosticsOf(`#!/usr/bin/env node\n${wrong}`))[0]).toMatchObject({ line: 2, column: 38 })
  })

  test.each([
    ['at once', [0xff], 1, 1],
    ['in the second line', [0x61, 0x0a, 0x62, 0x80], 2, 2],
    ['after another character', [0x61, 0xc3, 0xa9, 0xc3, 0x28], 1, 3],
    ['after a line of Windows', [0x61, 0x0d, 0x0a, 0xe2, 0x82], 2, 1],
    ['at its end', [0x61, 0x62, 0xe2, 0x82], 1, 3],
  ])('that is not UTF-8 is told where: %s', async (_, bytes, line, column) => {
    expect((await diagnosticsOf(Uint8Array.from(bytes)))[0]).toMatchObject({
      message: 'the file is not UTF-8',
      line,
      column,
    })
  })
})

test.each([
  ["let a = {}; a = { name: 'A B' }; module.exports = { metadata: { name: 'A B' }, create() {} }", '1:71'],
  ["const name = 'A B'; exports.metadata = { name }", '1:42'],
  ["exports = module.exports = { metadata: { name: 'A B' } }", '1:48'],
  ["module.exports = exports = { metadata: { name: 'A B' } }", '1:48'],
  ["const rest = {}; module.exports = { metadata: { ...rest, name: 'x', name: 'A B' } }", '1:75'],
  ["module.exports = { metadata: { name: 'A B' } }; exports.metadata = { name: 'A B' }", '1:76'],
  ["module['exports'].metadata = { ['name']: 'A B' }", '1:42'],
])('the place of a name is found in %p', async (source, place) => {
  const [first] = (await diagnosticsOf(source)).filter(({ path }) => path === 'metadata.name')
  expect(`${first?.line}:${first?.column}`).toBe(place)
})
