/**
 * The memory with which a sandbox begins, apart from the engine's module. The engine has it as some thousand segments of
 * data, which each new instance would copy one by one, into pages of its own.
 */
import { ByteReader, CORE_SECTION, findSection, withoutSections } from './sections'

const WASM_PAGE_BYTES = 65_536
const PAGE_BYTES = 4096
const I32_CONST = 0x41
const END = 0x0b
const HAS_MOST = 1

/** Lays a memory under that of a new sandbox at no cost, where the system can. */
export interface SharedPages {
  /** @returns false: it cannot, and nothing has changed. */
  share(memory: ArrayBuffer): boolean
  /** Nothing is done in that memory any more: what it has of its own is free. */
  free(memory: ArrayBuffer): void
}

/** The core module without its data, and the memory that it would make of them. @throws Error when it has other data. */
export function apart(core: Uint8Array): { readonly module: Uint8Array; readonly image: Uint8Array } {
  const image = new Uint8Array(leastPages(core) * WASM_PAGE_BYTES)
  const data = new ByteReader(findSection(core, CORE_SECTION.data) ?? Uint8Array.of(0))
  for (let left = data.u32(); left > 0; left--) {
    const isActive = data.u32() === 0 && data.byte() === I32_CONST
    const at = data.u32()
    if (!isActive || data.byte() !== END) throw new Error('the data of sandbox/engine.wasm have no fixed place')
    image.set(data.take(data.u32()), at)
  }
  return { module: withoutSections(core, [CORE_SECTION.data, CORE_SECTION.dataCount]), image }
}

function leastPages(core: Uint8Array): number {
  const memory = new ByteReader(findSection(core, CORE_SECTION.memory) ?? Uint8Array.of(0))
  if (memory.u32() !== 1 || memory.u32() > HAS_MOST) throw new Error('sandbox/engine.wasm has no memory of its own')
  return memory.u32()
}

export class NewMemory {
  /** What of it is not zero, as [from, to]. */
  private readonly filled: readonly (readonly [from: number, to: number])[]

  /** @param pages undefined: each sandbox has all of it for itself. */
  constructor(
    readonly image: Uint8Array,
    private readonly pages?: SharedPages,
  ) {
    this.filled = filledOf(image)
  }

  /** @param memory of a new instance of the module without data. */
  begin(memory: ArrayBuffer): void {
    if (this.pages?.share(memory)) return
    const bytes = new Uint8Array(memory)
    for (const [from, to] of this.filled) bytes.set(this.image.subarray(from, to), from)
  }

  /** Nothing is done in that memory any more. */
  end(memory: ArrayBuffer): void {
    this.pages?.free(memory)
  }
}

/** In whole pages: what is not touched takes no memory. */
function filledOf(image: Uint8Array): [from: number, to: number][] {
  const filled: [number, number][] = []
  for (let from = 0; from < image.length; from += PAGE_BYTES) {
    const to = from + PAGE_BYTES
    if (image.subarray(from, to).every((byte) => byte === 0)) continue
    const last = filled.at(-1)
    if (last?.[1] === from) last[1] = to
    else filled.push([from, to])
  }
  return filled
}
