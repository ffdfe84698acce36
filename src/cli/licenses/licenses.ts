/** `meltica licenses`: whose software is in this program, and under which terms. */
import { Command, Option } from 'commander'
import type { Colors } from 'picocolors/types'
import { columns, jsonText } from '../api/output'
import { notices, parts } from './contents'

export interface LicensesContext {
  readonly print: (text: string) => void
  /** Those that standard output can show. */
  readonly colours: Colors
}

interface LicensesFlags {
  readonly format: 'text' | 'table' | 'json'
}

export const licensesCommand = ({ print, colours }: LicensesContext): Command =>
  new Command('licenses')
    .description('print the licences of all software that is in this program')
    .addOption(
      new Option('--format <format>', 'text: every licence in full; table or json: what there is, and under which')
        .choices(['text', 'table', 'json'])
        .default('text'),
    )
    .addHelpText('after', '\nExamples:\n  meltica licenses > THIRD-PARTY-NOTICES\n  meltica licenses --format table')
    .action(({ format }: LicensesFlags) => {
      if (format === 'text') print(notices)
      else if (format === 'json') print(jsonText(parts()))
      else print(columns(colours, ['NAME', 'VERSION', 'LICENCE', 'IN', 'SOURCE'], parts().map(row)))
    })

const row = ({ name, version = '', licence, within, home }: ReturnType<typeof parts>[number]): string[] => [
  name,
  version,
  licence,
  within,
  home,
]
