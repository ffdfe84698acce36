/** Compiles sources in sandbox hosts, since their top level runs: in the least busy one, and in another when that dies. */
import type { Compilation, Compiler } from '../schema/metadata'
import { HostDied } from './death'
import type { HostSlot } from './host-slot'

/** A source that kills its host so often while it is compiled is refused. */
const MAX_DEATHS = 2

/** @param nextNumber what the compilation is known by in its host; no instance has the same. */
export function compilerOn(slots: readonly HostSlot[], nextNumber: () => number): Compiler {
  return {
    get engineHash() {
      return slots[0]!.engineHash
    },
    compile: (source) => compile(slots, nextNumber, source),
  }
}

async function compile(slots: readonly HostSlot[], nextNumber: () => number, source: Uint8Array): Promise<Compilation> {
  let deaths = 0
  for (;;) {
    const number = nextNumber()
    const slot = slots.reduce((least, one) => (one.pending < least.pending ? one : least))
    try {
      return await slot.compile(number, source)
    } catch (error) {
      if (!(error instanceof HostDied)) throw error
      if (error.isOf(number)) deaths++
      if (deaths === MAX_DEATHS) return { diagnostics: [DEADLY] }
    }
  }
}

const DEADLY = {
  stage: 'execute',
  message: 'the module ends the process that evaluates it',
  hint: 'leave heavy work out of the top level of the module',
} as const
