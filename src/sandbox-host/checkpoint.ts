/** A checkpoint: a sandbox's memory, packed, with what `start` answered, for a restored sandbox is not started again. */
import type { Sandbox, Started } from '../sandbox/sandbox'

/** Bytes that hold the length of the head, at the beginning. */
const LENGTH_BYTES = 4

export function packCheckpoint(sandbox: Sandbox, started: Started): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify(started))
  const length = new Uint8Array(LENGTH_BYTES)
  new DataView(length.buffer).setUint32(0, head.length, true)
  return Buffer.concat([length, head, Bun.zstdCompressSync(sandbox.checkpoint(), { level: 1 })])
}

/** @param checkpoint of the same engine and program. */
export function restoreCheckpoint(sandbox: Sandbox, checkpoint: Uint8Array): Started {
  const view = new DataView(checkpoint.buffer, checkpoint.byteOffset, checkpoint.byteLength)
  const end = LENGTH_BYTES + view.getUint32(0, true)
  sandbox.restore(Bun.zstdDecompressSync(checkpoint.slice(end)))
  return JSON.parse(new TextDecoder().decode(checkpoint.subarray(LENGTH_BYTES, end))) as Started
}
