/** What the commands over HTTP have in common: the gateway's address, how they answer, examples. */
import { Command, Option } from 'commander'
import type { Colors } from 'picocolors/types'
import type { ApiClient } from './client'
import { jsonText, lines } from './output'

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
  readonly format: 'table' | 'json'
  readonly quiet?: true
}

export interface ListFlags extends AnswerFlags {
  /** False after `--no-trunc`. */
  readonly trunc: boolean
}

/** An answer in its three forms; only the one asked for is made. */
interface Answer {
  /** For people. */
  readonly table: () => string
  /** For programs: what the gateway answered. */
  readonly json: unknown
  /** For other commands: what was named, each on a line. */
  readonly quiet: () => readonly string[]
}

/** @param examples how it is called, without the program's name. */
export function apiCommand(name: string, description: string, ...examples: string[]): Command {
  const calls = examples.map((example) => `\n  meltica ${example}`).join('')
  return new Command(name)
    .description(description)
    .addHelpText(
      'after',
      `\nThe gateway is the one at MELTICA_API (default http://127.0.0.1:8880); MELTICA_TOKEN is sent along.` +
        `\n\nExample${examples.length > 1 ? 's' : ''}:${calls}`,
    )
}

export const withAnswerFlags = (command: Command, format: AnswerFlags['format'] = 'table'): Command =>
  command
    .addOption(new Option('--format <format>', 'for people or for programs').choices(['table', 'json']).default(format))
    .option('-q, --quiet', 'print only what identifies each')

/** A command that shows what the gateway answers. */
export const answeringCommand = (name: string, description: string, ...examples: string[]): Command =>
  withAnswerFlags(apiCommand(name, description, ...examples))

/** A command that shows a list. */
export const listingCommand = (name: string, description: string, ...examples: string[]): Command =>
  answeringCommand(name, description, ...examples).option('--no-trunc', 'print hashes whole')

export function answer({ print }: ApiContext, { format, quiet }: AnswerFlags, forms: Answer): void {
  print(quiet ? lines(forms.quiet()) : format === 'json' ? jsonText(forms.json) : forms.table())
}

/** Gathers the values of an option that may be given several times. */
export const collected = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value]
