/** Whole numbers of as many bytes as they need: seven bits in each, the lowest first, and one that says that there are more. */

const MORE = 0x80
/** No number is larger than so many bytes can say. */
export const MOST_VARINT_BYTES = 8

/** @returns where it ends. */
export function putVarint(bytes: Uint8Array, value: number, at: number): number {
  let end = at
  let rest = value
  while (rest >= MORE) {
    bytes[end++] = (rest % MORE) | MORE
    rest = Math.floor(rest / MORE)
  }
  bytes[end++] = rest
  return end
}

/** @returns the value and where it ends; undefined: it is cut off, or none. */
export function varintAt(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  let scale = 1
  for (let end = at; end < at + MOST_VARINT_BYTES && end < bytes.length; scale *= MORE) {
    const byte = bytes[end++]!
    value += (byte % MORE) * scale
    if (byte < MORE) return Number.isSafeInteger(value) ? { value, end } : undefined
  }
  return undefined
}
