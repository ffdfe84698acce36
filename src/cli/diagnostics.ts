/** Diagnostics of a strategy as editors and people read them. */
import { dirname, isAbsolute, join } from 'node:path'
import { inputName, STANDARD } from '../files/input'
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

function lineOf(
  file: string,
  kind: string,
  { message, file: author, line, column, path, hint }: Omit<Diagnostic, 'stage'>,
): string {
  const place = [fileOf(file, author), line, column].filter((part) => part !== undefined).join(':')
  const subject = path === undefined || message.includes(path) ? '' : `${path}: `
  return plainText(`${place}: ${kind}: ${subject}${message}${hint === undefined ? '' : ` (${hint})`}`)
}

/** The author's files are named as from the folder of the one that was given. */
function fileOf(given: string, author: string | undefined): string {
  if (author === undefined || given === STANDARD) return author ?? inputName(given)
  return isAbsolute(author) ? author : join(dirname(given), author)
}
