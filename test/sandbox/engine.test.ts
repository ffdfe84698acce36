/** The engine's artefact: it belongs to its sources, asks for nothing but its host, and standard tools can run it. */
import { expect, test } from 'bun:test'
import { componentWit } from '@bytecodealliance/jco-transpile/wasm-tools'
import { hashArtefacts, hashSources } from '../../sandbox/engine/build/sources'
import record from '../../sandbox/engine.json'
import { loadEngine, readEngine } from '../../src/sandbox/engine'

test('sources and artefacts belong together: otherwise run `make engine` and commit what it made', async () => {
  expect(record.sources).toBe(await hashSources())
  expect<Record<string, string>>(record.artefacts).toEqual(await hashArtefacts())
})

test('its hash is that of the component', async () => {
  expect((await loadEngine()).hash).toBe(`sha256:${record.artefacts['engine.wasm']}`)
})

test('it is compiled once per process', async () => {
  expect(await loadEngine()).toBe(await loadEngine())
})

test('it imports its host and nothing else', async () => {
  const { module } = await loadEngine()
  expect([...new Set(WebAssembly.Module.imports(module).map((entry) => entry.module))]).toEqual([
    'meltica:strategy/host@0.1.0',
  ])
  const wit = await componentWit(await readEngine())
  expect(wit.match(/^ {2}(import|export) .*/gm)).toEqual([
    '  import meltica:strategy/host@0.1.0;',
    '  export meltica:strategy/sandbox@0.1.0;',
  ])
})
