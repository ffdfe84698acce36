/** Places through the source map that a bundle ends with. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { build } from 'esbuild'
import { authorFolder } from '../bundle/folders'
import { compile, diagnosticsOf, SOUND, strategy } from './sources'

const PLAIN = strategy(`{ ${SOUND} }`, 'create() { return { onTrade() {} } }')
const BAD = strategy("{ name: 'grid', tag: 'v1', displayName: 'Grid', events: ['Trades'] }")

/** Every line of the file is line `1 + its number` of `file`. */
function mapOf(file: string, fields: object = {}) {
  return { version: 3, sources: [file], names: [], mappings: 'AACA;AACA;AACA', ...fields }
}

function withMap(source: string, map: unknown, form: 'base64' | 'percent' = 'base64'): string {
  const json = typeof map === 'string' ? map : JSON.stringify(map)
  const url =
    form === 'base64'
      ? `data:application/json;charset=utf-8;base64,${Buffer.from(json).toString('base64')}`
      : `data:application/json,${encodeURIComponent(json)}`
  return `${source}//# sourceMappingURL=${url}\n`
}

async function warningsOf(source: string): Promise<readonly string[]> {
  const compilation = await compile(source)
  if ('diagnostics' in compilation) throw new Error(JSON.stringify(compilation.diagnostics))
  return compilation.warnings.map(({ message }) => message)
}

test('esbuild: what is thrown, wrong in the metadata or likely a mistake is placed in the author’s file', async () => {
  const files = {
    'throws.ts':
      "interface A { b: number }\n\nconst a: A = { b: 1 }\nthrow new Error('no ' + a.b)\nexport const metadata = 1\n",
    'metadata.ts':
      "type A = string\n\nexport const metadata = {\n  name: 'grid', displayName: 'Grid',\n  events: ['Trades'] }\nexport const create = (a: A) => ({})\n",
    'warned.ts': `type A = string\n\nexport const metadata = { ${SOUND} }\nexport function create(a: A) {\n  return { onTrade() {},\n    onTicke() {} }\n}\n`,
  }
  await using home = await authorFolder(files)
  await Bun.write(join(home.path, 'none.ts'), 'type A = 1\nexport const metadata: A = 1\nexport const create = 2\n')
  const placesOf = async (entry: string) => {
    const built = await build({
      entryPoints: [join(home.path, entry)],
      absWorkingDir: home.path,
      outdir: home.path,
      bundle: true,
      format: 'cjs',
      sourcemap: 'inline',
      write: false,
    })
    const compilation = await compile(built.outputFiles[0]!.contents)
    const found = 'diagnostics' in compilation ? compilation.diagnostics : compilation.warnings
    return found.map(({ file, line, column }) => `${file}:${line}:${column}`)
  }
  expect(await placesOf('throws.ts')).toEqual(['throws.ts:4:7'])
  expect(await placesOf('metadata.ts')).toEqual(['metadata.ts:5:12'])
  expect(await placesOf('none.ts')).toEqual(['none.ts:2:28', 'none.ts:3:23'])
  expect(await placesOf('warned.ts')).toEqual(['warned.ts:6:5'])
})

test('syntax that the engine refuses is placed too, in percent-encoded maps as well', async () => {
  const source = 'let a = = 1\n'
  for (const form of ['base64', 'percent'] as const) {
    expect(await diagnosticsOf(withMap(source, mapOf('grid.ts'), form))).toMatchObject([
      { stage: 'compile', file: 'grid.ts', line: 2, column: 1 },
    ])
  }
})

test('names are told without what bundlers add', async () => {
  const fileOf = async (map: object) => (await diagnosticsOf(withMap(BAD, map)))[0]?.file
  expect(await fileOf(mapOf('webpack://my-app/./src/grid.ts?a1b2'))).toBe('src/grid.ts')
  expect(await fileOf(mapOf('webpack:///./grid.ts'))).toBe('grid.ts')
  expect(await fileOf(mapOf('grid.ts', { sourceRoot: 'src/' }))).toBe('src/grid.ts')
  expect(await fileOf(mapOf('./grid.ts'))).toBe('grid.ts')
  expect(await fileOf(mapOf(`\u001b[31m${'x'.repeat(9000)}\n/grid.ts`))).toMatch(/^…x{190,} \/grid\.ts$/)
})

test('an index map has sections', async () => {
  const sections = [
    { offset: { line: 1, column: 0 }, map: mapOf('later.ts') },
    { offset: { line: 0, column: 0 }, map: mapOf('first.ts') },
  ]
  const [found] = await diagnosticsOf(withMap(`\n\n${BAD}`, { version: 3, sections }))
  expect(found).toMatchObject({ file: 'later.ts', line: 3 })
})

const BROKEN = {
  'no JSON': ['{', 'it is not JSON'],
  'no object': ['[]', 'it is not an object'],
  'another version': [mapOf('a.ts', { version: 2 }), 'its version is not 3'],
  'no sources': [mapOf('a.ts', { sources: 'a.ts' }), 'its sources are not a list'],
  'mappings of nonsense': [mapOf('a.ts', { mappings: '<>!' }), 'its mappings are not VLQ'],
  'an offset of a billion lines': [
    { version: 3, sections: [{ offset: { line: 1e9, column: 0 }, map: mapOf('a.ts') }] },
    'a section has no map or no offset',
  ],
  'sections within sections': [
    { version: 3, sections: [{ offset: { line: 0, column: 0 }, map: { version: 3, sections: [] } }] },
    'a section has sections of its own',
  ],
  'a depth of many thousands': [`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 'its version is not 3'],
} as const

for (const [what, [map, problem]] of Object.entries(BROKEN)) {
  test(`a source map with ${what} is told by a warning, and the place is that of the file`, async () => {
    expect(await warningsOf(withMap(PLAIN, map))).toEqual([`the source map cannot be read: ${problem}`])
    const [found] = await diagnosticsOf(withMap(BAD, map))
    expect(found).toMatchObject({ stage: 'validation', line: 1 })
    expect(found?.file).toBeUndefined()
  })
}

test('places that no file has are not told', async () => {
  for (const mappings of [
    'A',
    'AggggggE',
    'AAAAAAA;;;;',
    'AADA',
    'AAggggggggggB',
    '+/+/+/',
    'ACAA',
    ';'.repeat(300_000),
  ]) {
    const [found] = await diagnosticsOf(withMap(BAD, mapOf('grid.ts', { mappings })))
    if (found?.file === undefined) expect(found).toMatchObject({ line: 1 })
    else expect(found.line).toBeGreaterThan(0)
  }
  expect(await warningsOf(withMap(PLAIN, mapOf('grid.ts', { sources: [null] })))).toEqual([])
})

test('what is no inline map at the end of the file is no concern', async () => {
  expect(await warningsOf(`${PLAIN}//# sourceMappingURL=grid.js.map\n`)).toEqual([])
  expect(await warningsOf(`const text = '//# sourceMappingURL=data:application/json,{'\n${PLAIN}`)).toEqual([])
})
