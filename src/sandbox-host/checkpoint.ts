/** A checkpoint: a sandbox's memory, packed, with what `start` answered, for a restored sandbox is not started again. */
import type { Sandbox, Started } from '../sandbox/sandbox'

/** Smaller memories are not compressed: that takes longer than all the rest. */
const LARGE_BYTES = 64 << 10
/** Bytes that hold the length of the head, at the beginning. */
const LENGTH_BYTES = 4

interface Head extends Started {
  /** The memory is what it differs in from a new one; earlier releases have kept all of it. */
  readonly isDifference?: boolean
  readonly isSmall?: boolean
}

export function packCheckpoint(sandbox: Sandbox, started: Started): Uint8Array {
  const memory = sandbox.checkpoint()
  const isSmall = memory.length < LARGE_BYTES
  const head = new TextEncoder().encode(JSON.stringify({ ...started, isDifference: true, isSmall } satisfies Head))
  const length = new Uint8Array(LENGTH_BYTES)
  new DataView(length.buffer).setUint32(0, head.length, true)
  return Buffer.concat([length, head, isSmall ? memory : Bun.zstdCompressSync(memory, { level: 1 })])
}

/** @param checkpoint of the same engine and program. */
export function restoreCheckpoint(sandbox: Sandbox, checkpoint: Uint8Array): Started {
  const view = new DataView(checkpoint.buffer, checkpoint.byteOffset, checkpoint.byteLength)
  const end = LENGTH_BYTES + view.getUint32(0, true)
  const head = new TextDecoder().decode(checkpoint.subarray(LENGTH_BYTES, end))
  const { isDifference = false, isSmall = false, ...started } = JSON.parse(head) as Head
  const memory = checkpoint.subarray(end)
  sandbox.restore(isSmall ? memory : Bun.zstdDecompressSync(memory.slice()), { isWhole: !isDifference })
  return started
}
