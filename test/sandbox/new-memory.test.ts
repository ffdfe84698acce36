/** The memory with which a sandbox begins, apart from the module: it is what the module's own data would have made. */
import { expect, test } from 'bun:test'
import { loadEngine, readEngine } from '../../src/sandbox/engine'
import { apart, NewMemory } from '../../src/sandbox/new-memory'
import {
  COMPONENT_SECTION,
  CORE_SECTION,
  findSection,
  PREAMBLE_BYTES,
  replaceSections,
  section,
  sections,
} from '../../src/sandbox/sections'

const PAGE_BYTES = 65_536
const core = new Uint8Array(findSection(await readEngine(), COMPONENT_SECTION.coreModule)!)

/** Imports that nobody calls. */
const importsOf = (module: WebAssembly.Module) => {
  const all = WebAssembly.Module.imports(module)
  const rooms = Object.entries(Object.groupBy(all, ({ module: room }) => room))
  return Object.fromEntries(
    rooms.map(([room, names = []]) => [room, Object.fromEntries(names.map(({ name }) => [name, () => 0]))]),
  )
}
const memoryOf = (module: WebAssembly.Module) =>
  (new WebAssembly.Instance(module, importsOf(module)).exports.memory as WebAssembly.Memory).buffer

test('a new instance with it is one of the whole module', async () => {
  const engine = await loadEngine()
  const memory = memoryOf(engine.module)
  expect(new Uint8Array(memory).some((byte) => byte !== 0)).toBe(false)
  engine.memory.begin(memory)
  const whole = new Uint8Array(memoryOf(new WebAssembly.Module(core)))
  expect(Buffer.compare(new Uint8Array(memory), whole)).toBe(0)
  expect(Buffer.compare(engine.memory.image, whole)).toBe(0)
})

test('the module without data is the whole one otherwise', () => {
  const rest = (wasm: Uint8Array) =>
    Array.from(sections(wasm))
      .filter(({ id }) => id !== CORE_SECTION.data && id !== CORE_SECTION.dataCount)
      .map(({ id, body }) => [id, Bun.hash(body)])
  expect(Array.from(sections(apart(core).module), ({ id, body }) => [id, Bun.hash(body)])).toEqual(rest(core))
})

const PASSIVE = [1, 1, 1, 7]
const ELSEWHERE = [1, 0, 0x23, 0, 0x0b, 1, 7]
const LATER = [1, 0, 0x41, 1, 0x6a, 1, 7]

test.each([
  ['passive', PASSIVE],
  ['at a place that a global tells', ELSEWHERE],
  ['at a place that is computed', LATER],
])('data that are %s are refused', (_, body) => {
  const other = replaceSections(core, CORE_SECTION.data, [Uint8Array.from(body)])
  expect(() => apart(other)).toThrow('the data of sandbox/engine.wasm have no fixed place')
})

test('a module without a memory, or with a shared one, is refused', () => {
  const preamble = core.subarray(0, PREAMBLE_BYTES)
  const shared = Buffer.concat([preamble, section(CORE_SECTION.memory, Uint8Array.of(1, 3, 1, 2))])
  for (const module of [preamble, shared])
    expect(() => apart(module)).toThrow('sandbox/engine.wasm has no memory of its own')
})

test('where pages cannot be shared they are copied, and the others stay untouched', () => {
  const image = new Uint8Array(PAGE_BYTES)
  image.set([1, 2, 3], 5000)
  const asked: ArrayBuffer[] = []
  const share = (memory: ArrayBuffer) => {
    asked.push(memory)
    return false
  }
  const memory = new ArrayBuffer(PAGE_BYTES)
  new NewMemory(image, { share, free: () => expect.unreachable() }).begin(memory)
  expect(asked).toEqual([memory])
  expect(new Uint8Array(memory)).toEqual(image)
})
