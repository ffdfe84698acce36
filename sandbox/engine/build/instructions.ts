/** Reads over the instructions of a core module, as far as the engine's compiler makes them. */
import { ByteReader } from '../../../src/sandbox/sections'

export class InstructionReader extends ByteReader {
  skipLocals(): void {
    for (let n = this.u32(); n > 0; n--) {
      this.skipNumber()
      this.skipValueType()
    }
  }

  /** @throws Error at an instruction it doesn't know. */
  skipInstruction(): 'loop' | 'other' {
    const op = this.byte()
    if (op >= 0x02 && op <= 0x04) {
      this.skipBlockType()
      return op === 0x03 ? 'loop' : 'other'
    }
    if (op === 0x0e) this.skipNumber(this.u32() + 1)
    else if (op === 0x11 || op === 0x13) this.skipNumber(2)
    else if (op === 0x1c) for (let n = this.u32(); n > 0; n--) this.skipValueType()
    else if (op >= 0x28 && op <= 0x3e) this.skipMemoryArgument()
    else if (op === 0x43) this.take(4)
    else if (op === 0x44) this.take(8)
    else if (op === 0xfc) this.skipPrefixed(this.u32())
    else if (hasOneNumber(op)) this.skipNumber()
    else if (!hasNoOperand(op)) throw new Error(`unknown opcode 0x${op.toString(16)}`)
    return 'other'
  }

  /** Any LEB128 number, of whatever width. */
  private skipNumber(count = 1): void {
    for (let left = count; left > 0; left--) while (this.byte() & 0x80);
  }

  private skipValueType(): void {
    const type = this.byte()
    if (type === 0x63 || type === 0x64) this.skipNumber()
  }

  private skipBlockType(): void {
    const type = this.bytes[this.at]
    if (type === 0x63 || type === 0x64) this.at++
    this.skipNumber()
  }

  private skipMemoryArgument(): void {
    const hasMemoryIndex = this.u32() & 0x40
    this.skipNumber(hasMemoryIndex ? 2 : 1)
  }

  /** Saturating conversions; memory and table bulk instructions. */
  private skipPrefixed(op: number): void {
    if (op <= 7) return
    if (op === 8 || op === 10 || op === 12 || op === 14) this.skipNumber(2)
    else if (op <= 17) this.skipNumber()
    else throw new Error(`unknown opcode 0xfc ${op}`)
  }
}

/** br, br_if, call, return_call, locals, globals, tables, memory.size/grow, const, ref. */
function hasOneNumber(op: number): boolean {
  const singles = [0x0c, 0x0d, 0x10, 0x12, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2]
  return singles.includes(op) || (op >= 0x20 && op <= 0x26)
}

/** unreachable, nop, else, end, return, drop, select, arithmetic, ref.is_null. */
function hasNoOperand(op: number): boolean {
  const singles = [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1]
  return singles.includes(op) || (op >= 0x45 && op <= 0xc4)
}
