/** How large a source may be, and what is said of a larger one at every door. */

/** The most that the source of an upload, or of any file in the strategy home, may have. */
export const MAX_SOURCE_BYTES = 1 << 20
/** What JSON makes of one byte at most: `\u0000`. */
const JSON_BYTES = 6
/** Tags, message and the like of an upload. */
const BESIDE_BYTES = 1 << 20

/** The most that the body of an upload may have: whatever JSON makes of a source that fits, fits. */
export const MAX_UPLOAD_BYTES = MAX_SOURCE_BYTES * JSON_BYTES + BESIDE_BYTES

const MAP = 'sourceMappingURL='

/** @returns undefined for one that fits. A source map at its end counts as all of it does. */
export function sourceTooLarge(source: Uint8Array): { readonly message: string; readonly hint: string } | undefined {
  if (source.length <= MAX_SOURCE_BYTES) return undefined
  const map = Buffer.from(source.buffer, source.byteOffset, source.byteLength).lastIndexOf(MAP)
  const message = `the source has ${source.length} bytes, more than 1 MiB (${MAX_SOURCE_BYTES})`
  if (map < 0 || map > MAX_SOURCE_BYTES) return { message, hint: 'leave data out of the source: make it smaller' }
  return {
    message: `${message}; ${source.length - map} of them are its source map`,
    hint: 'leave the texts of the sources out of the map (esbuild: --sources-content=false), or push the file it was bundled from',
  }
}
