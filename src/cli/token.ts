/** `meltica token`: makes, lists and revokes access tokens. Only their hashes are kept. */
import { existsSync } from 'node:fs'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { readTokens, writeTokens } from '../config/token-file'
import { Failure } from '../errors/failure'
import { newToken, tokenHash } from '../http/tokens'
import { ROLES, type Role } from '../schema/roles'
import { isTokenName } from '../schema/tokens'
import { coloursFor, columns } from './api/output'

const DEFAULT_FILE = 'tokens.yaml'

export interface TokenContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether a person reads what is printed. */
  readonly terminal: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly print: (text: string) => void
  /** To standard error. */
  readonly tell: (text: string) => void
}

interface FileFlag {
  readonly file: string
}

export function tokenCommand({ environment, terminal, now, print, tell }: TokenContext): Command {
  const command = new Command('token').description('make, list and revoke access tokens').addHelpText(
    'after',
    `
A gateway that is started with the file asks for tokens; it sees changes of the file by itself.

Example:
  export MELTICA_TOKEN=$(meltica token create ci --role operate --file tokens.yaml)
  meltica serve --tokens tokens.yaml`,
  )
  const file = environment.MELTICA_TOKENS || DEFAULT_FILE
  const sub = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('--file <file>', 'where hashes are kept (MELTICA_TOKENS)', file)

  sub('create', 'make a token and print it: it is shown this once')
    .addArgument(new Argument('<name>', 'who it is in the audit').argParser(tokenName))
    .addOption(new Option('--role <role>', 'what it may do').choices([...ROLES]).default('read'))
    .action((name: string, { file, role }: FileFlag & { role: Role }) => {
      const entries = existsSync(file) ? readTokens(file) : []
      if (entries.some((entry) => entry.name === name)) {
        throw new Failure('token_exists', `${file} has a token of the name ${name}`)
      }
      const token = newToken(name)
      const created = new Date(now()).toISOString()
      writeTokens(file, [...entries, { name, role, hash: tokenHash(token), created }])
      print(`${token}\n`)
      tell(`${file} keeps its hash: the token itself is not shown again\n`)
    })

  sub('list', 'list the tokens')
    .alias('ls')
    .action(({ file }: FileFlag) => {
      const rows = readTokens(file).map(({ name, role, created = '' }) => [name, role, created])
      print(columns(coloursFor(terminal, environment), ['NAME', 'ROLE', 'CREATED'], rows))
    })

  sub('revoke', 'make a token worthless, within a second')
    .alias('rm')
    .argument('<name>', 'whose it is')
    .action((name: string, { file }: FileFlag) => {
      const entries = readTokens(file)
      const left = entries.filter((entry) => entry.name !== name)
      if (left.length === entries.length)
        throw new Failure('token_not_found', `${file} has no token of the name ${name}`)
      writeTokens(file, left)
      print(`revoked ${name}\n`)
    })
  return command
}

function tokenName(text: string): string {
  if (isTokenName(text)) return text
  throw new InvalidArgumentError('A name is a letter, then letters, digits, - and _, at most 64, and no word of ours.')
}
