/** The file of access tokens: read whole or refused whole, written whole or not at all, looked at again when it changes. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { stringify } from 'yaml'
import { Failure } from '../errors/failure'
import { isTokenName, type TokenEntry, TokenList } from '../schema/tokens'
import { parseYaml } from './yaml'

const HEAD = '# Access tokens, as `meltica token` writes them: hashes alone, no token can be read back.\n'

/** @throws Failure file_unreadable, invalid_settings with all that is wrong and its lines. */
export function readTokens(path: string): TokenEntry[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('file_unreadable', `tokens: ${reason}; meltica token create makes the file`)
  }
  const { tokens } = parseYaml(text, path, TokenList)
  const names = tokens.map(({ name }) => name)
  const wrong = names.flatMap((name, index) => {
    if (!isTokenName(name)) return [`${path}: the name ${JSON.stringify(name)} is not one that a token may have`]
    return names.indexOf(name) < index ? [`${path}: the name ${name} is there twice`] : []
  })
  if (wrong.length > 0) throw new Failure('invalid_settings', wrong.join('\n'))
  return tokens
}

/** Only its owner may read it. @throws Failure file_unwritable, with the file as it was. */
export function writeTokens(path: string, tokens: readonly TokenEntry[]): void {
  try {
    const target = statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path
    const temporary = `${target}.${process.pid}.tmp`
    try {
      writeSynced(temporary, HEAD + stringify({ tokens }))
      renameSync(temporary, target)
    } finally {
      rmSync(temporary, { force: true })
    }
    const folder = openSync(dirname(target), 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch (error) {
    throw new Failure('file_unwritable', `tokens: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A file of tokens that a running gateway follows. */
export class TokenFile {
  private seen: string | undefined

  constructor(readonly path: string) {}

  /** @returns undefined when it is as it was. @throws Failure file_unreadable, invalid_settings, once for each change. */
  readIfChanged(): TokenEntry[] | undefined {
    const stat = statSync(this.path, { throwIfNoEntry: false })
    const stamp = stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : 'gone'
    if (stamp === this.seen) return undefined
    this.seen = stamp
    return readTokens(this.path)
  }

  /** The next look reads it, changed or not. */
  forget(): void {
    this.seen = undefined
  }
}
