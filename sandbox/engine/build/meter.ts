/**
 * Fuel: puts a countdown at the head of every loop of a core module, which traps below
 * zero. (Functions need none: recursion is bounded by the stack.) The countdown is the
 * module's exported global `fuel`, of native/fuel.wat, which the engine fills itself.
 * Nothing in the module shifts: code is copied as it is, with the countdown cut in.
 *
 *   bun meter.ts <in.wasm> <out.wasm>
 */
import { ByteReader, CORE_SECTION, findSection, leb, replaceSections } from '../../../src/sandbox/sections'
import { InstructionReader } from './instructions'

const FUEL = 'fuel'
const GLOBAL_KIND = 3

function meter(wasm: Uint8Array): Uint8Array {
  const exported = findSection(wasm, CORE_SECTION.export)
  const code = findSection(wasm, CORE_SECTION.code)
  if (!exported || !code) throw new Error('no exports, or no code')
  return replaceSections(wasm, CORE_SECTION.code, [meterCode(code, countdown(exportedGlobal(exported, FUEL)))])
}

/** fuel -= 1; if (fuel < 0) unreachable */
function countdown(fuel: number): Uint8Array {
  const [get, set] = [
    [0x23, ...leb(fuel)],
    [0x24, ...leb(fuel)],
  ]
  return Uint8Array.from([...get, 0x41, 1, 0x6b, ...set, ...get, 0x41, 0, 0x48, 0x04, 0x40, 0x00, 0x0b])
}

function meterCode(code: Uint8Array, tick: Uint8Array): Uint8Array {
  const reader = new InstructionReader(code)
  const functions = reader.u32()
  const parts: Uint8Array[] = [Uint8Array.from(leb(functions))]
  for (let number = 0; number < functions; number++) {
    const body = reader.take(reader.u32())
    const loops = loopsOf(body)
    parts.push(Uint8Array.from(leb(body.length + loops.length * tick.length)))
    let from = 0
    for (const at of loops) {
      parts.push(body.subarray(from, at), tick)
      from = at
    }
    parts.push(body.subarray(from))
  }
  return Buffer.concat(parts)
}

/** Where the body of each loop begins. */
function loopsOf(body: Uint8Array): number[] {
  const reader = new InstructionReader(body)
  const loops: number[] = []
  reader.skipLocals()
  while (reader.at < body.length) if (reader.skipInstruction() === 'loop') loops.push(reader.at)
  return loops
}

function exportedGlobal(section: Uint8Array, name: string): number {
  const reader = new ByteReader(section)
  for (let n = reader.u32(); n > 0; n--) {
    const found = reader.text()
    const kind = reader.byte()
    const index = reader.u32()
    if (found === name && kind === GLOBAL_KIND) return index
  }
  throw new Error(`no exported global ${name}`)
}

const [input = '', output = ''] = process.argv.slice(2)
await Bun.write(output, meter(await Bun.file(input).bytes()))
