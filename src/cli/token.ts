/** `meltica token`: makes, lists and revokes access tokens. Only their hashes are kept. */
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { Failure } from '../errors/failure'
import { newToken, readTokens, tokenHash } from '../http/tokens'
import { DEFAULT_LIMIT, ROLES, type Role, type TokenFile } from '../schema/tokens'
import { columns, lines } from './api/output'

interface FileFlag {
  readonly file: string
}

export function tokenCommand(print: (text: string) => void): Command {
  const command = new Command('token')
    .description('make, list and revoke access tokens')
    .addHelpText('after', '\nExample:\n  meltica token create ci --role operate --file tokens.json')
  const sub = (name: string, description: string) =>
    command.command(name).description(description).option('--file <file>', 'where their hashes are kept', 'tokens.json')

  sub('create', 'make a token and print it: it is shown this once')
    .argument('<name>', 'who it is in the audit')
    .addOption(new Option('--role <role>', 'what it may do').choices([...ROLES]).default('read'))
    .option('--limit <count>', `calls a second (default ${DEFAULT_LIMIT})`, count)
    .action((name: string, { file, role, limit }: FileFlag & { role: Role; limit?: number }) => {
      const entries = existsSync(file) ? readTokens(file) : []
      if (entries.some((entry) => entry.name === name))
        throw new Failure('usage', `the token "${name}" is there already`)
      const token = newToken()
      const entry = { name, role, hash: tokenHash(token), ...(limit !== undefined && { limit }) }
      write(file, [...entries, entry])
      print(lines([token]))
    })

  sub('ls', 'list the tokens').action(({ file }: FileFlag) => {
    const rows = readTokens(file).map(({ name, role, limit = DEFAULT_LIMIT }) => [name, role, String(limit)])
    print(columns(['NAME', 'ROLE', 'CALLS/S'], rows))
  })

  sub('revoke', 'make a token worthless, within a second')
    .argument('<name>', 'whose it is')
    .action((name: string, { file }: FileFlag) => {
      const entries = readTokens(file)
      const left = entries.filter((entry) => entry.name !== name)
      if (left.length === entries.length) throw new Failure('usage', `there is no token "${name}"`)
      write(file, left)
      print(lines([`revoked ${name}`]))
    })
  return command
}

/** Whole or not at all, and readable by its owner alone. */
function write(file: string, entries: TokenFile): void {
  const temporary = `${file}.meltica-tmp`
  writeFileSync(temporary, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, file)
}

function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It is a whole number above 0.')
  return Number(text)
}
