/** The rules of metadata: what a strategy may say of itself. */
import { describe, expect, test } from 'bun:test'
import { diagnosticsOf, metadataOf, metadataProblems, strategy } from './sources'

describe('metadata is refused:', () => {
  test.each([
    ["name: ''", 'metadata.name', 'metadata.name is empty'],
    ['name: 7', 'metadata.name', 'metadata.name is 7, not a string'],
    ["name: '../grid'", 'metadata.name', 'metadata.name is "../grid", not a strategy name'],
    ["name: '-grid'", 'metadata.name', 'metadata.name is "-grid", not a strategy name'],
    ["name: 'gr\\u0131d'", 'metadata.name', 'metadata.name is "grıd", not a strategy name'],
    ["name: 'a'.repeat(129)", 'metadata.name', undefined],
    ["name: 'registry.json'", 'metadata.name', undefined],
    ["name: 'CON'", 'metadata.name', undefined],
    ["tag: 'v 1'", 'metadata.tag', 'metadata.tag is "v 1", not a tag'],
    ["tag: '.1'", 'metadata.tag', undefined],
    ["tag: 'a'.repeat(129)", 'metadata.tag', undefined],
    ['tag: {}', 'metadata.tag', 'metadata.tag is {}, not a string'],
    ['displayName: undefined', 'metadata.displayName', 'metadata.displayName is missing'],
    ["displayName: 'x'.repeat(81)", 'metadata.displayName', 'metadata.displayName has 81 characters, more than 80'],
    ["displayName: 'a\\u0007'", 'metadata.displayName', 'metadata.displayName holds control characters'],
    ['description: 1', 'metadata.description', 'metadata.description is 1, not a string'],
    ['events: undefined', 'metadata.events', 'metadata.events is missing'],
    ['events: []', 'metadata.events', 'metadata.events is empty'],
    ["events: 'Trade'", 'metadata.events', 'metadata.events is "Trade", not a list'],
    ["events: ['Trade', 'trade']", 'metadata.events[1]', 'metadata.events[1] is "trade", not an event'],
    ['config: {}', 'metadata.config', 'metadata.config is {}, not a list'],
    ['config: [1]', 'metadata.config[0]', 'metadata.config[0] is 1, not a config field'],
    ["config: [{ type: 'int' }]", 'metadata.config[0].name', 'metadata.config[0].name is missing'],
    ["config: [{ name: 'a' }]", 'metadata.config[0].type', 'metadata.config[0].type is missing'],
    ["config: [{ name: 'a', type: 'number' }]", 'metadata.config[0].type', undefined],
    ["config: [{ name: 'a', type: 'int', required: 'yes' }]", 'metadata.config[0].required', undefined],
    ["config: [{ name: 'a', type: 'int' }, { name: 'a', type: 'int' }]", 'metadata.config[1].name', undefined],
    ["config: [{ name: 'dry_run', type: 'string' }]", 'metadata.config[0].type', undefined],
    ["config: [{ name: 'a', type: 'enum' }]", 'metadata.config[0].options', undefined],
    ["config: [{ name: 'a', type: 'enum', options: [1] }]", 'metadata.config[0].options[0]', undefined],
    ["config: Array(257).fill({ name: 'a', type: 'int' })", 'metadata.config', undefined],
  ])('%s', async (fields, path, message) => {
    const [diagnostic] = await metadataProblems(fields)
    expect(diagnostic).toMatchObject({ stage: 'validation', path, ...(message ? { message } : {}) })
    expect(diagnostic?.hint).toBeTruthy()
  })
})

describe('a default fits its type:', () => {
  test.each([
    ["'string', default: 'x'", true],
    ["'string', default: 1", false],
    ["'int', default: -3", true],
    ["'int', default: 0.5", false],
    ["'int', default: '3'", false],
    ["'float', default: 3", true],
    ["'float', default: '0.5'", false],
    ["'bool', default: false", true],
    ["'bool', default: 0", false],
    ["'duration', default: '1m30s'", true],
    ["'duration', default: '250ms'", true],
    ["'duration', default: '-1.5h'", true],
    ["'duration', default: '0'", true],
    ["'duration', default: '1'", false],
    ["'duration', default: '1 m'", false],
    ["'duration', default: 1000", false],
    ["'enum', options: ['a', 'b'], default: 'b'", true],
    ["'enum', options: ['a', 'b'], default: 'c'", false],
    ["'int', default: null", true],
  ])('%s: %p', async (type, fits) => {
    const problems = await metadataProblems(`config: [{ name: 'x', type: ${type} }]`)
    expect(problems.map(({ path }) => path)).toEqual(fits ? [] : ['metadata.config[0].default'])
  })
})

test('all problems are told at once, each with its place in the file', async () => {
  const source = [
    'const config = [',
    "  { name: 'a', type: 'int' },",
    "  { name: 'b', type: 'wat' },",
    ']',
    'module.exports = {',
    '  metadata: {',
    "    name: 'no name',",
    '    config,',
    "    events: ['Trade', 'Nope'],",
    '  },',
    '}',
  ].join('\r\n')
  const found = (await diagnosticsOf(source)).map(({ path, line, column }) => `${path} ${line}:${column}`)
  expect(found).toEqual([
    'metadata.name 7:11',
    'metadata.displayName 6:13',
    'metadata.config[1].type 3:22',
    'metadata.events[1] 9:23',
    'create 5:18',
  ])
})

test.each([
  ["exports.metadata = { name: 'A B' }", '1:28'],
  ["module.exports.metadata = { 'name': 'A B' }", '1:37'],
  ["const meta = { name: 'A B' }; module.exports = Object.freeze({ metadata: meta })", '1:22'],
  ["const metadata = { name: 'x' }\nmetadata.name = 'A B'\nmodule.exports = { metadata }", '1:26'],
])('the place is found in %p', async (source, place) => {
  const [first] = await diagnosticsOf(source)
  expect(`${first?.line}:${first?.column}`).toBe(place)
})

test('a problem without a place in the source has none', async () => {
  const [first] = await diagnosticsOf('Object.assign(module.exports, { metadata: 1, create() {} })')
  expect(first).toEqual({
    stage: 'validation',
    path: 'metadata',
    message: 'metadata is not an object',
    hint: expect.any(String),
  })
})

test('names are lower-cased and texts trimmed', async () => {
  const metadata = await metadataOf(
    "name: ' Grid-2.X ', displayName: ' Grid ', tag: ' v1 ', events: [' Trade ', 'Trade']",
  )
  expect(metadata).toMatchObject({ name: 'grid-2.x', displayName: 'Grid', tag: 'v1', events: ['Trade'] })
})

test('a tag may be left out, and config keeps its order with dry_run at its end', async () => {
  const metadata = await metadataOf("tag: undefined, config: [{ name: 'z', type: 'int' }, { name: 'a', type: 'bool' }]")
  expect(metadata.tag).toBe('')
  expect(metadata.config.map(({ name }) => name)).toEqual(['z', 'a', 'dry_run'])
  expect(metadata.config[2]).toMatchObject({ type: 'bool', default: true, required: false })
})

test('a dry_run of the author stays where and as it is', async () => {
  const { config } = await metadataOf(
    "config: [{ name: 'dry_run', type: 'bool', default: false }, { name: 'a', type: 'int' }]",
  )
  expect(config.map(({ name, default: value }) => [name, value])).toEqual([
    ['dry_run', false],
    ['a', undefined],
  ])
})

test('80 characters are counted as people count them', async () => {
  expect(await metadataProblems("displayName: '😀'.repeat(80)")).toEqual([])
})

test('metadata that a proxy invents is held to the rules', async () => {
  const source = strategy(
    'new Proxy({}, { get: (_, key) => "x", ownKeys: () => ["name"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) })',
  )
  expect((await diagnosticsOf(source)).map(({ path }) => path)).toContain('metadata.events')
})

test('a strategy cannot reach what checks it', async () => {
  const source = `Object.prototype.displayName = 'polluted'; Array.isArray = () => true; JSON.stringify = () => '{}'
    ${strategy("{ name: 'grid', events: ['Trade'] }")}`
  expect((await diagnosticsOf(source)).map(({ path }) => path)).toEqual(['metadata.displayName'])
})
