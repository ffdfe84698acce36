declare module 'lz4js' {
  /**
   * Unpacks a block of `length` bytes that begins at `start`; it may repeat what was unpacked before it.
   * @returns where the unpacked bytes end.
   */
  export function decompressBlock(from: Uint8Array, to: Uint8Array, start: number, length: number, at: number): number
  /** Packs into one frame. */
  export function compress(bytes: Uint8Array): Uint8Array
}
