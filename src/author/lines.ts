/** Lines of a stream of bytes. */

const NEWLINE = 10

/** @returns each line that was ended, decoded as UTF-8; a line may be as long as memory allows. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Uint8Array[] = []
  for await (const chunk of stream) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      begun.push(chunk.subarray(from, end))
      yield Buffer.concat(begun).toString()
      begun = []
      from = end + 1
    }
    if (from < chunk.length) begun.push(chunk.slice(from))
  }
}
