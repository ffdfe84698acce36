/** What the commands over HTTP have in common: the gateway's address, how they answer, examples. */
import { Command, Option } from 'commander'
import type { Colors } from 'picocolors/types'
import type { ApiClient } from './client'
import { columns, csvText, jsonText, lines, type Sheet } from './output'

/** What the process gives. */
export interface ApiContext {
  readonly api: () => ApiClient
  /** To standard output. */
  readonly print: (text: string) => void
  /** To standard error. */
  readonly complain: (text: string) => void
  /** Those that standard output can show. */
  readonly colours: Colors
}

export interface AnswerFlags {
  readonly format: 'table' | 'json' | 'csv'
  readonly quiet?: true
}

export interface ListFlags extends AnswerFlags {
  /** False after `--no-trunc`. */
  readonly trunc: boolean
}

/** An answer in its three forms; only the one asked for is made. */
interface Answer {
  /** For people; a list also for spreadsheets. */
  readonly table: () => string | Sheet
  /** For programs: what the gateway answered. */
  readonly json: unknown
  /** For other commands: what was named, each on a line. */
  readonly quiet: () => readonly string[]
}

/**
 * A command that needs no gateway.
 * @param description its first line says what it does, in lists too; what follows says more, in its own help.
 * @param examples how it is called, without the program's name.
 */
export const localCommand = (name: string, description: string, ...examples: string[]): Command =>
  withExamples(described(name, description), examples)

/** A command that talks to a gateway; else as `localCommand`. */
export const apiCommand = (name: string, description: string, ...examples: string[]): Command =>
  withExamples(
    described(name, description)
      .addOption(new Option('--context <name>', 'the gateway of this context'))
      .addHelpText('after', GATEWAY),
    examples,
  )

function described(name: string, description: string): Command {
  const [summary = '', ...more] = description.split('\n').map((line) => line.trim())
  // as wide as the terminal is, not as the source
  const text = more.length > 0 ? `${summary}\n\n${more.join(' ').trim()}` : summary
  return new Command(name).summary(summary).description(text)
}

function withExamples(command: Command, examples: readonly string[]): Command {
  const calls = examples.map((example) => `\n  meltica ${example}`).join('')
  return command.addHelpText('after', `\nExample${examples.length > 1 ? 's' : ''}:${calls}`)
}

const GATEWAY = `
The gateway is that of --context, else the one at MELTICA_API with
MELTICA_TOKEN, else that of the context in MELTICA_CONTEXT or in use (meltica
context), else http://127.0.0.1:8880.`

const FORMATS: readonly AnswerFlags['format'][] = ['table', 'json']

export const withAnswerFlags = (
  command: Command,
  format: AnswerFlags['format'] = 'table',
  formats: readonly AnswerFlags['format'][] = FORMATS,
): Command =>
  command
    .addOption(new Option('--format <format>', 'for people or for programs').choices(formats).default(format))
    .option('-q, --quiet', 'print only what identifies each')

/** A command that shows what the gateway answers. */
export const answeringCommand = (name: string, description: string, ...examples: string[]): Command =>
  withAnswerFlags(apiCommand(name, description, ...examples))

/** @param command shows a list. */
export const withListFlags = (command: Command): Command => withAnswerFlags(command, 'table', [...FORMATS, 'csv'])

/** A command that shows a list. */
export const listCommand = (name: string, description: string, ...examples: string[]): Command =>
  withListFlags(apiCommand(name, description, ...examples))

/** A command that shows a list with hashes in it. */
export const listingCommand = (name: string, description: string, ...examples: string[]): Command =>
  listCommand(name, description, ...examples).option('--no-trunc', 'print hashes whole')

export function answer(
  { print, colours }: Pick<ApiContext, 'print' | 'colours'>,
  { format, quiet }: AnswerFlags,
  forms: Answer,
): void {
  print(
    quiet ? lines(forms.quiet()) : format === 'json' ? jsonText(forms.json) : tableText(colours, format, forms.table()),
  )
}

function tableText(colours: Colors, format: 'table' | 'csv', table: string | Sheet): string {
  if (typeof table === 'string') return table
  return format === 'csv' ? csvText(table) : columns(colours, table.titles, table.rows)
}

/** Gathers the values of an option that may be given several times. */
export const collected = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value]
