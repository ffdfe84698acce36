/** Outcomes and faults as they lie in the guest's memory. */
import { CAUSES, type Fault } from './fault'
import type { GuestMemory } from './memory'

export interface Outcome {
  /**
   * Records done, that of a fault included. Fewer than delivered after an order, a fault, or much work:
   * deliver the rest. 0 after a trap, which leaves nothing that could tell.
   */
  readonly consumed: number
  /** The last record's handler placed or cancelled orders, or tried to. */
  readonly ordered: boolean
  /** Thrown by the last record's handler. Unless the sandbox is no longer `alive`, it goes on with the rest. */
  readonly fault?: Fault
}

/** Where the parts of an outcome lie. */
const OUTCOME = { consumed: 0, ordered: 4, hasFault: 8, fault: 12 } as const

/** One with a fault is to be given back to the guest. */
export function outcomeAt(memory: GuestMemory, at: number): Outcome {
  const consumed = memory.u32(at + OUTCOME.consumed)
  const ordered = memory.u8(at + OUTCOME.ordered) !== 0
  if (memory.u8(at + OUTCOME.hasFault) === 0) return { consumed, ordered }
  return { consumed, ordered, fault: faultAt(memory, at + OUTCOME.fault) }
}

export function faultAt(memory: GuestMemory, at: number): Fault {
  const cause = CAUSES[memory.u8(at)]!
  const [line, column] = [memory.u32(at + 12), memory.u32(at + 16)]
  return { cause, message: memory.text(at + 4), line, column, stack: memory.text(at + 20) }
}
