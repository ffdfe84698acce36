/** Diagnostics of a strategy as editors and people read them. */
import type { Diagnostic } from '../schema/metadata'
import { plainText } from '../telemetry/plain-text'

/** On standard error, one a line: `file:line:column: stage: message (hint)`; `file: ` alone where there is no place. */
export function writeDiagnostics(file: string, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${line(file, diagnostic)}\n`)
}

function line(file: string, { stage, message, line, column, path, hint }: Diagnostic): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  const subject = path === undefined || message.includes(path) ? '' : `${path}: `
  return plainText(`${place}: ${stage}: ${subject}${message}${hint === undefined ? '' : ` (${hint})`}`)
}
