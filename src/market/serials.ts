/** Running numbers as texts. */

const LOW = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'))

/**
 * `prefix` followed by the number, for numbers that mostly count up: writing each number anew would cost more than the
 * rest of an event.
 */
export function serials(prefix: string): (n: number) => string {
  let thousands = -1
  let front = prefix
  return (n) => {
    if (n < 1000) return prefix + n
    const block = Math.floor(n / 1000)
    if (block !== thousands) {
      thousands = block
      front = prefix + block
    }
    return front + LOW[n - block * 1000]!
  }
}
