/** `meltica completion`: what a shell needs to complete commands; and `meltica complete`, which it asks. */
import { Argument, Command } from 'commander'
import type { CommandEntry } from '../program'
import { FILES, SCRIPTS, SHELLS, type Shell } from './scripts'
import { type NameSource, type Suggestions, suggestions } from './suggestions'

const EXAMPLES = `
Commands, flags and files are completed, and the names of strategies, tags, instances and providers, for which the gateway
is asked. Without an answer within a second there are none.

Examples:
  source <(meltica completion bash)                                   # in ~/.bashrc
  source <(meltica completion zsh)                                    # in ~/.zshrc, behind compinit
  meltica completion fish > ~/.config/fish/completions/meltica.fish`

export const completionCommand = (print: (text: string) => void): Command =>
  new Command('completion')
    .description('print what makes a shell complete commands, flags and names')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) => print(SCRIPTS[shell]))

export interface CompleteDeps {
  readonly commands: Readonly<Record<string, CommandEntry>>
  /** @param context the gateway that the line names. */
  readonly names: (context: string | undefined) => NameSource
  readonly print: (text: string) => void
}

export const completeCommand = ({ commands, names, print }: CompleteDeps): Command =>
  new Command('complete')
    .description('print what could stand at the end of a command line')
    .argument('[word...]', 'what follows the name of the program; the last is completed')
    .action(async (words: string[]) => {
      const found = await complete(commands, words, names(contextIn(words)))
      print(textOf(found))
    })

/** Only the command that is named is loaded. */
async function complete(
  commands: CompleteDeps['commands'],
  words: readonly string[],
  source: NameSource,
): Promise<Suggestions> {
  const isHelp = words[0] === 'help' && words.length > 1
  const [first = '', ...rest] = isHelp ? words.slice(1) : words
  if (rest.length > 0) {
    const entry = Object.hasOwn(commands, first) ? commands[first] : undefined
    return entry && !isHelp ? suggestions(await entry.load(), rest, source) : []
  }
  const shown = Object.entries(commands).filter(([, { hidden = false }]) => !hidden)
  return ['help', ...shown.map(([name]) => name)]
    .filter((name) => name.startsWith(first))
    .map((value) => ({ value, description: '' }))
}

const contextIn = (words: readonly string[]): string | undefined => {
  const assigned = words.findLast((word) => word.startsWith('--context='))?.slice('--context='.length)
  const at = words.indexOf('--context')
  return assigned ?? (at < 0 || at > words.length - PAIR ? undefined : words[at + 1])
}

/** With its value; the last word is not whole yet. */
const PAIR = 3

const textOf = (found: Suggestions): string =>
  found === 'files' ? `${FILES}\n` : found.map(({ value, description }) => `${value}\t${description}\n`).join('')
