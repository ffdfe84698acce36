/** A file's bytes as the text of a strategy, or why they are none. */
import { isUtf8 } from 'node:buffer'
import type { Diagnostic } from '../schema/metadata'
import { sourceTooLarge } from '../schema/source-size'

/** The text is without a byte order mark, which counts in no column, and a hashbang line (ES2023 §12.5) is a comment. */
export function decodeSource(source: Uint8Array): { readonly text: string } | { readonly diagnostic: Diagnostic } {
  const tooLarge = sourceTooLarge(source)
  if (tooLarge) return refused(tooLarge.message, tooLarge.hint)
  if (!isUtf8(source)) {
    return refused('the file is not UTF-8', 'save it as UTF-8', placeOfInvalid(source))
  }
  const text = new TextDecoder().decode(source)
  if (text.trim() === '')
    return refused('the file is empty', 'export a strategy: module.exports = { metadata, create }')
  return { text: text.replace(/^#!/, '//') }
}

function refused(message: string, hint: string, place: { line?: number; column?: number } = {}) {
  return { diagnostic: { stage: 'compile' as const, message, ...place, hint } }
}

/** The place of the first byte that belongs to no character. */
function placeOfInvalid(source: Uint8Array): { line: number; column: number } {
  let [good, bad] = [0, source.length]
  while (good + 1 < bad) {
    const middle = (good + bad) >> 1
    if (isBeginning(source.subarray(0, middle))) good = middle
    else bad = middle
  }
  const lines = new TextDecoder().decode(source.subarray(0, good), { stream: true }).split(/\r\n|[\n\r\u2028\u2029]/)
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}

/** UTF-8, perhaps cut within a character. */
function isBeginning(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
