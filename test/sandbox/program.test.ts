/** A compiled strategy as a component: what goes in comes out, damage is seen, and standard tools read it. */
import { expect, test } from 'bun:test'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { componentWit } from '@bytecodealliance/jco-transpile/wasm-tools'
import fc from 'fast-check'
import { loadEngine, readEngine } from '../../src/sandbox/engine'
import { composeStandalone, readProgram, wrapProgram } from '../../src/sandbox/program'
import { Sandbox } from '../../src/sandbox/sandbox'
import { COMPONENT_SECTION, findSection } from '../../src/sandbox/sections'
import { ENVIRONMENT, recordingHost } from './stage'

const engine = await loadEngine()
const METADATA = { name: 'grid', displayName: 'Grid 😀', events: ['Trade'] }

function program(): Uint8Array {
  using sandbox = new Sandbox(engine, recordingHost().host)
  const compiled = sandbox.compile(
    'module.exports = { create: ({ helpers }) => { helpers.log("up"); return {} } }',
    'grid.js',
  )
  if ('diagnostic' in compiled) throw new Error(compiled.diagnostic.message)
  return wrapProgram(engine.hash, compiled.bytecode, JSON.stringify(METADATA))
}

test('a program that was stored and read again runs', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'program-')), 'grid.wasm')
  await Bun.write(file, program())
  const read = readProgram(await Bun.file(file).bytes())
  expect(read).toMatchObject({ engineHash: engine.hash, metadata: METADATA })
  const { host, heard } = recordingHost()
  using sandbox = new Sandbox(engine, host)
  expect(sandbox.load(read.bytecode)).toMatchObject({ loaded: { hasCreate: true } })
  sandbox.start(ENVIRONMENT)
  expect(heard.logs).toEqual(['up'])
})

test('any bytecode and metadata come back as they went in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200_000 }), fc.json(), (bytecode, json) => {
      const read = readProgram(wrapProgram(engine.hash, bytecode, json))
      expect(Buffer.compare(read.bytecode, bytecode)).toBe(0)
      expect(read.metadata).toEqual(JSON.parse(json))
    }),
    { numRuns: 30, seed: 7 },
  )
})

test.each([[0], [65_536 - 16 - 2 - 1], [65_536 - 16 - 2], [65_536 - 16 - 2 + 1], [200_000]])(
  'any runtime finds both in its core module, in no more pages than they need: %p bytes of bytecode',
  (length) => {
    const bytecode = new Uint8Array(length).map((_, at) => at % 251)
    const core = findSection(wrapProgram(engine.hash, bytecode, '{}'), COMPONENT_SECTION.coreModule)!
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(core)))
    const { buffer } = exports.memory as WebAssembly.Memory
    const answer = (name: string) => {
      const [pointer = 0, count] = new Uint32Array(buffer, (exports[name] as () => number)(), 2)
      return Buffer.from(buffer, pointer, count)
    }
    expect(answer('program').equals(bytecode)).toBe(true)
    expect(answer('metadata').toString()).toBe('{}')
    expect(buffer.byteLength).toBe(65_536 * Math.ceil((16 + length + 2) / 65_536))
  },
)

test('a program that was cut off, changed or mistaken is refused', async () => {
  const whole = program()
  const refused = 'the file is no program component'
  for (let length = 0; length < whole.length; length += 37)
    expect(() => readProgram(whole.subarray(0, length))).toThrow(refused)
  for (let at = 0; at < whole.length; at++) {
    const changed = whole.slice()
    changed[at]! ^= 1
    try {
      // What is no part of the data, such as the names of the exports, may change.
      const { bytecode, metadata } = readProgram(changed)
      expect([Buffer.from(bytecode), metadata]).toEqual([Buffer.from(readProgram(whole).bytecode), METADATA])
    } catch (error) {
      expect(String(error)).toContain(refused)
    }
  }
  expect(() => readProgram(new TextEncoder().encode('module.exports = {}'))).toThrow(refused)
  expect(readEngine().then(readProgram)).rejects.toThrow(refused)
})

test('jco prints its interface', async () => {
  const wit = await componentWit(program())
  expect(wit).toContain('export program: func() -> list<u8>;')
  expect(wit).toContain('export metadata: func() -> string;')
  expect(wit).not.toContain('import')
})

test('engine and program together are one component that needs the host alone', async () => {
  const wit = await componentWit(composeStandalone(await readEngine(), program()))
  expect(wit.match(/^ {2}(import|export) \S+/gm)).toEqual([
    '  import meltica:strategy/host@0.1.0;',
    '  export meltica:strategy/sandbox@0.1.0;',
    '  export program:',
    '  export metadata:',
  ])
})
