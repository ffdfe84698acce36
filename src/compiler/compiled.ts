/** What a program component tells of itself: the engine that can run it, the source it was made from, its metadata. */
import { readProgram, wrapProgram } from '../sandbox/program'
import { type Digest, parseDigest } from '../schema/digest'
import type { Metadata } from '../schema/metadata'

/** As the component's own `metadata` export says it. */
type ProgramMetadata = Metadata & { readonly source: Digest }

/** @param sourceMap its JSON, as the source has it. */
export function sealProgram(
  engineHash: string,
  bytecode: Uint8Array,
  metadata: Metadata,
  source: Digest,
  sourceMap?: string,
): Uint8Array {
  const sealed: ProgramMetadata = { ...metadata, source }
  return wrapProgram(engineHash, bytecode, JSON.stringify(sealed), sourceMap)
}

/** Whether a stored program is whole, of this engine and of this source: one that is not has to be made again. */
export function isProgramOf(component: Uint8Array, engineHash: string, source: Digest): boolean {
  try {
    const program = readProgram(component)
    const metadata = program.metadata as Partial<ProgramMetadata> | null
    return program.engineHash === engineHash && parseDigest(String(metadata?.source)) === source
  } catch {
    return false
  }
}
