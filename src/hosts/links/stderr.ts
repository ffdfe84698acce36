/** What a host writes for people, on its way into the gateway's log. */

/** Bytes taken from one host at most: it has little to say, and one that was taken over is not to fill the disk. */
const MOST_BYTES = 1 << 20

/** @param write takes whole pieces as they come, each without its last line break. */
export async function relay(output: ReadableStream<Uint8Array>, write: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  let left = MOST_BYTES
  for await (const bytes of output) {
    if (left <= 0) continue
    left -= bytes.length
    write(decoder.decode(bytes, { stream: true }).trimEnd())
    if (left <= 0) write(`it has written more than ${MOST_BYTES} bytes: the rest is left out`)
  }
}
