/** What a strategy did wrong, in a sentence for the person who runs it. */

import { plainText } from '../schema/plain-text'
import type { Fault } from './fault'

const VERBS: Readonly<Record<Fault['cause'], string>> = {
  exception: 'failed',
  interrupted: 'ran over its time limit',
  'out-of-memory': 'ran out of memory',
  'stack-overflow': 'overran its stack',
  trapped: 'was stopped',
}
const MAX_MESSAGE = 2000

/** As `onTrade of momentum.js ran over its time limit at momentum.js:12:5`. */
export function faultMessage(
  what: string,
  fileName: string,
  { cause, message, line, column, file = fileName }: Fault,
): string {
  const place = line > 0 ? ` at ${file}:${line}:${column}` : ''
  const detail = cause === 'interrupted' || message === '' ? '' : `: ${printable(message)}`
  return `${what} of ${fileName} ${VERBS[cause]}${detail}${place}`
}

/** With the file in which its place is. */
export type PlacedFault = Fault & { readonly file: string }

/** The place first, as compilers print it: `momentum.js:12:5: x is not defined`. */
export function faultLine({ message, line, column, file }: PlacedFault): string {
  return `${file}${line > 0 ? `:${line}:${column}` : ''}: ${printable(message)}`
}

const printable = (message: string): string => plainText(message).slice(0, MAX_MESSAGE)
