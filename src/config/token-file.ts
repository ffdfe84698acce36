/** The file of access tokens: read whole or refused whole, written whole or not at all, looked at again when it changes. */
import { statSync } from 'node:fs'
import { stringify } from 'yaml'
import { Failure } from '../errors/failure'
import { readSettingText, refuseStandard } from '../files/input'
import { writePrivate } from '../files/private-file'
import { unwritable } from '../files/unwritable'
import { isTokenName, type TokenEntry, TokenList } from '../schema/tokens'
import { parseYaml, type Unfit } from './yaml'

const HEAD = '# Access tokens, as `meltica token` writes them: hashes alone, no token can be read back.\n'

const REPAIR = 'correct the lines named, or take them out; meltica token create adds tokens'

/** @throws Failure file_unreadable, invalid_settings with all that is wrong and where. */
export function readTokens(path: string): TokenEntry[] {
  refuseStandard(path, 'the file of tokens')
  return parseYaml(textOf(path), path, TokenList, wrongNames, REPAIR).tokens
}

/** As `readTokens`; a gateway that lets nobody in is a mistake. */
export function readUsableTokens(path: string): TokenEntry[] {
  const tokens = readTokens(path)
  if (tokens.length === 0) throw noTokens(path)
  return tokens
}

export const noTokens = (path: string): Failure =>
  new Failure('invalid_settings', `${path} holds no token; meltica token create makes one`)

function textOf(path: string): string {
  try {
    return readSettingText(path, 'the file of tokens')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(error.code, error.message, {}, 'check the path; meltica token create makes the file')
  }
}

function wrongNames({ tokens }: { readonly tokens: readonly TokenEntry[] }): Unfit[] {
  const names = tokens.map(({ name }) => name)
  return names.flatMap((name, index) => {
    const path = `/tokens/${index}/name`
    if (!isTokenName(name)) return [{ path, message: `${JSON.stringify(name)} is not one that a token may have` }]
    return names.indexOf(name) < index ? [{ path, message: `${JSON.stringify(name)} is there twice` }] : []
  })
}

/** Only its owner may read it. @throws Failure file_unwritable, with the file as it was. */
export function writeTokens(path: string, tokens: readonly TokenEntry[]): void {
  refuseStandard(path, 'the file of tokens')
  try {
    writePrivate(path, HEAD + stringify({ tokens }))
  } catch (error) {
    throw unwritable(`the file of tokens ${path}`, error)
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
