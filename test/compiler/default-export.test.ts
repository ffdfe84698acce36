/** Default exports, as bundlers other than ours write them, uploaded as they are and named to the commands. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { build } from 'esbuild'
import { authorFolder, bundled } from '../bundle/folders'
import { compile, diagnosticsOf, SOUND } from './sources'

const HALVES = `import { strategy } from 'meltica'
export default strategy({ metadata: { ${SOUND} },
  create() {
    return { onTrade() {}, onTicke() {} }
  },
})
`
const NEITHER = `const strategy = <T>(given: T): T => given\n${HALVES.slice(HALVES.indexOf('\n') + 1)}`

/** As webpack 5 writes a library of the type commonjs2. */
const webpackOf = (exported: string): string => `/******/ (() => { // webpackBootstrap
let __webpack_exports__ = {};
Object.defineProperties(__webpack_exports__, { [Symbol.toStringTag]: { value: 'Module' }, __esModule: { value: true } });
Object.defineProperty(__webpack_exports__, "default", { enumerable: true, get: () => (__WEBPACK_DEFAULT_EXPORT__) });
/* harmony default export */ const __WEBPACK_DEFAULT_EXPORT__ = (${exported});
module.exports = __webpack_exports__;
/******/ })()
;`

async function esbuilt(source: string, options: object = {}): Promise<string> {
  await using home = await authorFolder({ 'grid.ts': source })
  const { outputFiles } = await build({
    entryPoints: [join(home.path, 'grid.ts')],
    absWorkingDir: home.path,
    outdir: home.path,
    bundle: true,
    format: 'cjs',
    sourcemap: 'inline',
    write: false,
    ...options,
  })
  return outputFiles[0]!.text
}

async function taken(text: string) {
  const compilation = await compile(text)
  if ('diagnostics' in compilation) return compilation.diagnostics
  const warnings = compilation.warnings.map(({ file, line, message }) => `${file}:${line} ${message.split(' ')[0]}`)
  return { name: compilation.metadata.name, warnings }
}

test('what esbuild made of a default export is the strategy, minified or not, and is placed in its source', async () => {
  const expected = { name: 'grid', warnings: ['grid.ts:4 onTicke'] }
  expect(await taken(await esbuilt(NEITHER))).toEqual(expected)
  expect(await taken(await esbuilt(NEITHER, { minify: true }))).toMatchObject({ name: 'grid' })
  expect(await diagnosticsOf(await esbuilt(NEITHER.replace("'Trade'", "'Trades'")))).toMatchObject([
    { path: 'metadata.events[0]', file: 'grid.ts', line: 2 },
  ])
})

test('a file that esbuild left the import of meltica in is bundled by the commands', async () => {
  const text = await esbuilt(HALVES, { external: ['meltica'], sourcemap: false })
  await using home = await authorFolder({ 'grid.js': text })
  const read = await bundled(join(home.path, 'grid.js'))
  expect(await taken(read)).toEqual({
    name: 'grid',
    warnings: [`grid.js:${text.split('\n').findIndex((line) => line.includes('onTicke')) + 1} onTicke`],
  })
})

test('what webpack made of a default export is the strategy', async () => {
  const text = webpackOf(`{ metadata: { ${SOUND} }, create() { return {} } }`)
  expect(await taken(text)).toEqual({ name: 'grid', warnings: [] })
})

test('both names beside a default are the strategy; a default without the mark is none', async () => {
  const named = `export default 1\nexport const metadata = { ${SOUND} }\nexport const create = () => ({})\n`
  expect(await taken(await esbuilt(named))).toMatchObject({ name: 'grid' })
  expect(await diagnosticsOf(`exports.default = { metadata: { ${SOUND} }, create() {} }`)).toMatchObject([
    { path: 'metadata' },
    { path: 'create' },
  ])
})

test('a marked text that ends too early is told at its own end, and exports of every kind are judged as without it', async () => {
  const [found] = await diagnosticsOf('exports.__esModule = true\nexports.default = {\n')
  const [plain] = await diagnosticsOf('exports.__isModule = true\nexports.default = {\n')
  expect(found).toEqual(plain!)
  for (const value of ['null', '1', 'undefined']) {
    expect(await diagnosticsOf(`module.exports = ${value} // __esModule`)).toEqual(
      await diagnosticsOf(`module.exports = ${value} // none`),
    )
  }
})
