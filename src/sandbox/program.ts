/**
 * A compiled strategy as a WebAssembly component of its own (sandbox/engine/program/program.wat), and
 * as one self-contained component together with the engine. Both are made from templates that the
 * engine's build leaves beside it: bytes are put in their places, no tool runs.
 */
import { readFileSync } from 'node:fs'
import programTemplatePath from '../../sandbox/program.template.wasm' with { type: 'file' }
import standaloneTemplatePath from '../../sandbox/standalone.template.wasm' with { type: 'file' }
import {
  ByteReader,
  COMPONENT_SECTION,
  CORE_SECTION,
  customSection,
  findSection,
  leb,
  replaceSections,
  sections,
} from './sections'

export interface Program {
  /** The engine that compiled it, and that alone can run it. */
  readonly engineHash: string
  readonly bytecode: Uint8Array
  /** As the compiler checked it. */
  readonly metadata: unknown
  /** The JSON of its source map, as the source has it. */
  readonly sourceMap?: string
}

/** Names the section that holds the engine's hash and that of the data. */
const SEAL_SECTION = 'meltica:seal'
/** Holds the source map; none where the source has none. */
const MAP_SECTION = 'meltica:source-map'
const PAGE_BYTES = 65_536
/** Where the core module keeps its two results: pointer and length of each. */
const RESULTS_BYTES = 16
/** The head of an active data segment in memory 0 at address 0: one segment, its kind, `i32.const 0`, `end`. */
const SEGMENT_HEAD = Uint8Array.from([1, 0, 0x41, 0, 0x0b])

const programTemplate = readFileSync(programTemplatePath)
const standaloneTemplate = readFileSync(standaloneTemplatePath)

/** @param metadataJson what `readProgram` will answer as metadata. */
export function wrapProgram(
  engineHash: string,
  bytecode: Uint8Array,
  metadataJson: string,
  sourceMap?: string,
): Uint8Array {
  const metadata = new TextEncoder().encode(metadataJson)
  const results = new Uint32Array([RESULTS_BYTES, bytecode.length, RESULTS_BYTES + bytecode.length, metadata.length])
  const data = Buffer.concat([new Uint8Array(results.buffer), bytecode, metadata])
  const template = required(findSection(programTemplate, COMPONENT_SECTION.coreModule))
  const pages = Math.ceil(data.length / PAGE_BYTES)
  const withMemory = replaceSections(template, CORE_SECTION.memory, [Uint8Array.from([1, 0, ...leb(pages)])])
  const segment = Buffer.concat([SEGMENT_HEAD, Uint8Array.from(leb(data.length)), data])
  const core = replaceSections(withMemory, CORE_SECTION.data, [segment])
  const component = replaceSections(programTemplate, COMPONENT_SECTION.coreModule, [core])
  const seal = new TextEncoder().encode(`${engineHash} ${digest(data)}`)
  const map = sourceMap === undefined ? [] : [customSection(MAP_SECTION, new TextEncoder().encode(sourceMap))]
  return new Uint8Array(Buffer.concat([component, customSection(SEAL_SECTION, seal), ...map]))
}

/** The inverse of `wrapProgram`. @throws Error when the bytes are damaged or something else. */
export function readProgram(component: Uint8Array): Program {
  try {
    const segment = new ByteReader(required(findSection(required(coreModule(component)), CORE_SECTION.data)))
    segment.take(SEGMENT_HEAD.length)
    const data = segment.take(segment.u32())
    const results = new DataView(data.buffer, data.byteOffset, RESULTS_BYTES)
    const result = (at: number) => {
      const start = results.getUint32(at, true)
      return new ByteReader(data, start).take(results.getUint32(at + 4, true))
    }
    const { engineHash, dataHash } = readSeal(component)
    if (dataHash !== digest(data)) throw new Error('the bytes were changed')
    const metadata: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(result(8)))
    const map = custom(component, MAP_SECTION)
    const sourceMap = map && { sourceMap: new TextDecoder().decode(map) }
    return { engineHash, bytecode: result(0), metadata, ...sourceMap }
  } catch (error) {
    throw new Error('the file is no program component', { cause: error })
  }
}

/** Engine and program in one component, which any component runtime can load. */
export function composeStandalone(engine: Uint8Array, program: Uint8Array): Uint8Array {
  return replaceSections(standaloneTemplate, COMPONENT_SECTION.component, [engine, program])
}

function coreModule(component: Uint8Array): Uint8Array | undefined {
  return findSection(component, COMPONENT_SECTION.coreModule)
}

function readSeal(component: Uint8Array): { engineHash: string; dataHash: string } {
  const [engineHash = '', dataHash = ''] = new TextDecoder()
    .decode(required(custom(component, SEAL_SECTION)))
    .split(' ')
  return { engineHash, dataHash }
}

function custom(component: Uint8Array, name: string): Uint8Array | undefined {
  for (const { id, body } of sections(component)) {
    if (id !== COMPONENT_SECTION.custom) continue
    const reader = new ByteReader(body)
    if (reader.text() === name) return body.subarray(reader.at)
  }
  return undefined
}

function digest(bytes: Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
}

function required(section: Uint8Array | undefined): Uint8Array {
  if (!section) throw new Error('a section is missing')
  return section
}
