/** What the commands over HTTP have in common: the gateway's address, how they print, an example. */
import { Command, Option } from 'commander'
import type { ApiClient } from './client'

export interface ApiContext {
  readonly api: () => ApiClient
  readonly print: (text: string) => void
}

export interface PrintFlags {
  readonly format: 'table' | 'json'
  readonly quiet?: boolean
  readonly trunc: boolean
}

/** @param example how it is called, without the program's name. */
export function apiCommand(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .addHelpText(
      'after',
      `\nThe gateway is the one at MELTICA_API (default http://127.0.0.1:8880).\n\nExample:\n  meltica ${example}`,
    )
}

/** For commands that list. */
export function withPrintFlags(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
    .option('-q, --quiet', 'print only what identifies each')
    .option('--no-trunc', 'print hashes whole')
}
