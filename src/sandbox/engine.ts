/** The engine: one WebAssembly component for all strategies, compiled once per process. */
import enginePath from '../../sandbox/engine.wasm' with { type: 'file' }
import { apart, NewMemory } from './new-memory'
import { COMPONENT_SECTION, findSection } from './sections'

export interface Engine {
  /** The component's core module, without its data; `Sandbox` does by hand what its canonical ABI asks for. */
  readonly module: WebAssembly.Module
  /** What these data make of the memory of each instance. */
  readonly memory: NewMemory
  /** `sha256:<hex>` of the component: bytecode runs on the engine that compiled it and on no other. */
  readonly hash: string
}

let engine: Promise<Engine> | undefined

/** The engine of this process: some 20 ms and 14 MB at the first call. */
export function loadEngine(): Promise<Engine> {
  engine ??= compileEngine()
  return engine
}

/** The engine's file, for tools and for self-contained components. */
export function readEngine(): Promise<Uint8Array<ArrayBuffer>> {
  return Bun.file(enginePath).bytes()
}

async function compileEngine(): Promise<Engine> {
  const component = await readEngine()
  const core = findSection(component, COMPONENT_SECTION.coreModule)
  if (!core) throw new Error('sandbox/engine.wasm has no core module')
  const { module, image } = apart(core)
  return {
    module: new WebAssembly.Module(new Uint8Array(module)),
    memory: new NewMemory(image),
    hash: `sha256:${new Bun.CryptoHasher('sha256').update(component).digest('hex')}`,
  }
}
