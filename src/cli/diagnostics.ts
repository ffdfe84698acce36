/** Diagnostics of a strategy as editors and people read them. */
import { inputName } from '../files/input'
import type { Diagnostic, Warning } from '../schema/metadata'
import { plainText } from '../schema/plain-text'

/** `file:line:column: stage: message (hint)`, without the numbers where no place is known. @param file as it was named, perhaps `-`. */
export function diagnosticLine(file: string, diagnostic: Diagnostic): string {
  return lineOf(file, diagnostic.stage, diagnostic)
}

/** `file:line:column: warning: message (hint)` */
export function warningLine(file: string, warning: Warning): string {
  return lineOf(file, 'warning', warning)
}

function lineOf(file: string, kind: string, { message, line, column, path, hint }: Omit<Diagnostic, 'stage'>): string {
  const place = [inputName(file), line, column].filter((part) => part !== undefined).join(':')
  const subject = path === undefined || message.includes(path) ? '' : `${path}: `
  return plainText(`${place}: ${kind}: ${subject}${message}${hint === undefined ? '' : ` (${hint})`}`)
}
