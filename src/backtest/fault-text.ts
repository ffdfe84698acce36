/** What a strategy did wrong, for people. */
import type { Fault } from '../sandbox/fault'

/** Where and what, as `momentum.js:12:5: x is not defined`. */
export function faultText(name: string, { message, line, column }: Fault): string {
  return `${name}.js${line > 0 ? `:${line}:${column}` : ''}: ${message}`
}
