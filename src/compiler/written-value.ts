/** Values of a config as a user writes them on a command line. */
import type { ConfigField } from '../schema/metadata'

/** What is no number or truth value stays text, for the check to complain of. */
export function writtenValue(type: ConfigField['type'] | undefined, text: string): unknown {
  if ((type === 'int' || type === 'float') && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  if (type === 'bool' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
