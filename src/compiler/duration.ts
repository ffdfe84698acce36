/** Go's syntax of durations, as `250ms` or `1m30s`. */

/** After the documentation of Go's time.ParseDuration: a sign, then numbers each with its unit; or a bare 0. */
const DURATION = /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/

export function isDuration(text: string): boolean {
  return DURATION.test(text)
}
