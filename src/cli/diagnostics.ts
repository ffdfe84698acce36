/** Diagnostics of a strategy as editors and people read them. */
import type { Diagnostic } from '../schema/metadata'
import { plainText } from '../telemetry/plain-text'

/** `file:line:column: stage: message (hint)`, without the numbers where no place is known. */
export function diagnosticLine(file: string, diagnostic: Diagnostic): string {
  const { stage, message, line, column, path, hint } = diagnostic
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  const subject = path === undefined || message.includes(path) ? '' : `${path}: `
  return plainText(`${place}: ${stage}: ${subject}${message}${hint === undefined ? '' : ` (${hint})`}`)
}
