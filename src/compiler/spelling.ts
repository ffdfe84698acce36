/** "Did you mean": the word that differs from what was written by a slip or two. */

/** Letters that may be missing, too many, wrong or swapped; letters of the other case count for nothing. */
const MAX_SLIPS = 2

export function meant(written: string, words: readonly string[]): string | undefined {
  const nearest = words
    .filter((word) => Math.abs(word.length - written.length) <= MAX_SLIPS)
    .map((word) => ({ word, slips: slipsBetween(written.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips)[0]
  return nearest && nearest.slips <= MAX_SLIPS ? nearest.word : undefined
}

/** Damerau and Levenshtein's distance, of neighbours that are swapped once. */
function slipsBetween(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      line[column] = Math.min(
        last[column]! + 1,
        line[column - 1]! + 1,
        last[column - 1]! + (isSame ? 0 : 1),
        isSwapped ? before[column - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, last] = [last, line]
  }
  return last[b.length]!
}
