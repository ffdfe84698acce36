/** What could stand where a command line is completed, from the commands themselves. It knows of no shell. */
import type { Argument, Command, Option } from 'commander'

/** The names of a kind of thing that the gateway, or a file, knows. */
export type NameKind = 'selector' | 'tag' | 'instance' | 'provider' | 'context' | 'thing'

export interface Suggestion {
  readonly value: string
  readonly description: string
}

/** Files are the shell's to complete. */
export type Suggestions = readonly Suggestion[] | 'files'

export interface NameSource {
  /** Never fails: without an answer there are none. */
  names(kind: NameKind): Promise<readonly string[]>
}

/** By what an argument, or the value of an option, is called in the help. */
const KINDS: Readonly<Record<string, NameKind>> = {
  selector: 'selector',
  'name:tag': 'tag',
  instance: 'instance',
  provider: 'provider',
  context: 'context',
  thing: 'thing',
}
const FILES = new Set(['file', 'folder', 'dir', 'strategy'])

/**
 * @param command that the line begins with.
 * @param words what follows its name; the last is being completed, and may be ''.
 */
export async function suggestions(
  command: Command,
  words: readonly string[],
  source: NameSource,
): Promise<Suggestions> {
  const word = words.at(-1) ?? ''
  const { at, open, position } = walk(command, words.slice(0, -1))
  const assigned = /^(--[\w-]+)=/.exec(word)
  if (assigned) {
    const [lead, name = ''] = assigned
    const option = optionOf(at, name)
    const values = option ? await valuesOf(option.argChoices, kindOf(option), source) : []
    const whole = values === 'files' ? values : values.map((one) => ({ ...one, value: lead + one.value }))
    return fitting(whole, word)
  }
  if (open) return fitting(await valuesOf(open.argChoices, kindOf(open), source), word)
  if (word.startsWith('-')) return fitting(optionsOf(at), word)
  const below = position === 0 ? at.commands : []
  const named = below.map((one) => ({ value: one.name(), description: one.summary() || one.description() }))
  const argument = argumentAt(at, position)
  const values = argument ? await valuesOf(argument.argChoices, argument.name(), source) : []
  if (values === 'files') return values
  return fitting([...named, ...values], word)
}

const fitting = (values: Suggestions, word: string): Suggestions =>
  values === 'files' ? values : values.filter(({ value }) => value.startsWith(word))

interface Place {
  /** The command, or one below it. */
  readonly at: Command
  /** An option whose value is being written. */
  readonly open: Option | undefined
  /** Arguments that are there. */
  readonly position: number
}

function walk(command: Command, words: readonly string[]): Place {
  let [at, position]: [Command, number] = [command, 0]
  let open: Option | undefined
  for (const word of words) {
    const option = optionOf(at, word)
    const below =
      position === 0 && !open && at.commands.find((one) => one.name() === word || one.aliases().includes(word))
    if (option) open = option.required || option.optional ? option : undefined
    else if (word.startsWith('-')) open = undefined
    else if (open) open = open.variadic ? open : undefined
    else if (below) at = below
    else position++
  }
  return { at, open, position }
}

const optionOf = (command: Command, word: string): Option | undefined =>
  command.options.find(({ short, long }) => short === word || long === word)

const optionsOf = (command: Command): Suggestion[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', description }))

function argumentAt(command: Command, position: number): Argument | undefined {
  const all = command.registeredArguments
  const last = all.at(-1)
  return all[position] ?? (last?.variadic ? last : undefined)
}

/** Its own name, where that says what it names; else that of its value. */
function kindOf(option: Option): string {
  const [, value = ''] = /[<[]([\w:]+)/.exec(option.flags) ?? []
  return Object.hasOwn(KINDS, option.attributeName()) ? option.attributeName() : value
}

async function valuesOf(
  choices: readonly string[] | undefined,
  kind: string,
  source: NameSource,
): Promise<Suggestions> {
  if (choices) return choices.map(plain)
  if (FILES.has(kind)) return 'files'
  const named = KINDS[kind]
  return named ? (await source.names(named)).map(plain) : []
}

const plain = (value: string): Suggestion => ({ value, description: '' })
