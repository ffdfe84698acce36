/** How long a token that is revoked lives on, by a clock of the test. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TokenFile, writeTokens } from '../../src/config/token-file'
import { newToken, Tokens, tokenHash } from '../../src/http/tokens'

const folder = mkdtempSync(join(tmpdir(), 'meltica-tokens-'))
const file = join(folder, 'tokens.yaml')
afterAll(() => rmSync(folder, { recursive: true }))

test('a token is let in at once, and turned away a second after it was revoked at the latest', () => {
  let nowMs = 5000
  const complaints: string[] = []
  const [ann, ben] = [newToken('ann'), newToken('ben')]
  const entryOf = (name: string, token: string) => ({ name, role: 'read', hash: tokenHash(token) }) as const
  writeTokens(file, [entryOf('ann', ann)])
  const tokens = new Tokens(
    new TokenFile(file),
    () => nowMs,
    (text) => complaints.push(text),
  )
  const known = () => [ann, ben].map((token) => tokens.find(token)?.name)
  expect(known()).toEqual(['ann', undefined])
  writeTokens(file, [entryOf('ann', ann), entryOf('ben', ben)])
  expect(known()).toEqual(['ann', 'ben'])
  writeTokens(file, [entryOf('ben', ben)])
  nowMs += 999
  expect(known()).toEqual(['ann', 'ben'])
  nowMs += 1
  expect(known()).toEqual([undefined, 'ben'])
  expect(complaints).toEqual([])
})
