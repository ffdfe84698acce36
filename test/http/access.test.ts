/** The gate by itself, by a clock of the test: who is let in, how often, and what a file that is read again changes. */
import { expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { Access } from '../../src/http/access'
import { needOf, suffices } from '../../src/http/roles'
import { newToken, Tokens, tokenHash } from '../../src/http/tokens'
import { ROLES, type Role } from '../../src/schema/roles'
import type { RateLimit, TokenEntry } from '../../src/schema/tokens'

/** A gate whose tokens the test sets. */
function gate(limit: RateLimit = { perSecond: 1, burst: 2 }) {
  const clock = { nowMs: 5000 }
  let next: TokenEntry[] | undefined = []
  const complaints: string[] = []
  const source = {
    readIfChanged: () => {
      const entries = next
      next = undefined
      return entries
    },
  }
  const tokens = new Tokens(
    source,
    () => clock.nowMs,
    (text) => complaints.push(text),
  )
  const access = new Access(tokens, limit, () => clock.nowMs)
  const set = (...entries: TokenEntry[]) => {
    next = entries
    tokens.reload()
  }
  return { access, clock, set, tokens, complaints, source }
}

const request = (authorization?: string) =>
  new Request('http://localhost/', authorization === undefined ? {} : { headers: { authorization } })
const entryOf = (name: string, token: string, role: Role = 'read', rateLimit?: RateLimit): TokenEntry => ({
  name,
  role,
  hash: tokenHash(token),
  ...(rateLimit && { rateLimit }),
})

/** What is told to whoever is not let in; the name of whoever is. */
function asked(access: Access, authorization: string | undefined, need: Role | 'open' = 'read') {
  try {
    return access.authorize(request(authorization), need)?.name
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [error.code, error.message, error.details]
  }
}

test('a token is read from its header however that is written, and from nothing else', () => {
  const { access, set } = gate({ perSecond: 1000, burst: 1000 })
  const ann = newToken('ann')
  set(entryOf('ann', ann))
  for (const header of [`Bearer ${ann}`, `bearer   ${ann}`, `BEARER ${ann}  `])
    expect(asked(access, header)).toBe('ann')
  expect(asked(access, undefined)).toEqual(['unauthorized', 'this call needs a token and none was sent', {}])
  for (const header of ['', `Basic ${ann}`, ann, 'Bearer', `Bearer ${ann} x`, `xBearer ${ann}`]) {
    expect(asked(access, header)).toEqual(['unauthorized', 'the Authorization header is not "Bearer <token>"', {}])
  }
  for (const token of [`${ann}x`, ann.slice(0, -1), newToken('ann'), newToken('ben'), 'x', ann.toUpperCase()]) {
    expect(asked(access, `Bearer ${token}`)).toEqual([
      'unauthorized',
      'the token is not known: it is mistyped or revoked',
      {},
    ])
  }
  expect(asked(access, undefined, 'open')).toBeUndefined()
  expect(asked(new Access(undefined, { perSecond: 1, burst: 1 }, () => 0), undefined, 'admin')).toBeUndefined()
  expect([access.isOpen, new Access(undefined, { perSecond: 1, burst: 1 }, () => 0).isOpen]).toEqual([false, true])
})

test('each role does what those below it do, and what is in no table needs the highest', () => {
  expect(ROLES.map((role) => ROLES.map((needed) => suffices(role, needed)))).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ])
  expect([needOf(undefined), needOf('getHealth'), needOf('noSuchCall')]).toEqual(['open', 'open', 'admin'])
  const { access, set } = gate()
  const ann = newToken('ann')
  set(entryOf('ann', ann, 'operate'))
  expect(asked(access, `Bearer ${ann}`, 'admin')).toEqual([
    'forbidden',
    'this call needs the role admin; the token ann has the role operate',
    { role: 'admin' },
  ])
  expect(access.admits(request(`Bearer ${ann}`), 'admin')).toBe(false)
  expect(access.admits(request(`Bearer ${ann}`), 'operate')).toBe(true)
})

test('who calls too often is told in how many whole seconds to come back, and what is refused counts for nothing', () => {
  const { access, set, clock } = gate({ perSecond: 0.5, burst: 2 })
  const [ann, ben] = [newToken('ann'), newToken('ben')]
  set(entryOf('ann', ann), entryOf('ben', ben, 'read', { perSecond: 4, burst: 1 }))
  const call = (token: string, need: Role = 'read') => asked(access, `Bearer ${token}`, need)
  for (let n = 0; n < 5; n++) expect(call(ann, 'admin')?.[0]).toBe('forbidden')
  expect([call(ann), call(ann)]).toEqual(['ann', 'ann'])
  const refused = (name: string, perSecond: number, retryAfterSeconds: number) => [
    'rate_limited',
    `the token ${name} may make ${perSecond} calls a second`,
    { retryAfterSeconds },
  ]
  expect(call(ann)).toEqual(refused('ann', 0.5, 2))
  clock.nowMs += 999
  expect(call(ann)).toEqual(refused('ann', 0.5, 2))
  clock.nowMs += 1
  expect(call(ann)).toEqual(refused('ann', 0.5, 1))
  clock.nowMs += 1000
  expect(call(ann)).toBe('ann')
  expect([call(ben), call(ben)]).toEqual(['ben', refused('ben', 4, 1)])
})

test("a file that is read again fills nobody's bucket, unless the limit is another", () => {
  const { access, set } = gate({ perSecond: 1, burst: 1 })
  const ann = newToken('ann')
  const call = () => asked(access, `Bearer ${ann}`)
  set(entryOf('ann', ann))
  expect(call()).toBe('ann')
  set(entryOf('ann', ann))
  expect(call()?.[0]).toBe('rate_limited')
  set(entryOf('ann', ann, 'read', { perSecond: 1, burst: 3 }))
  expect([call(), call(), call()]).toEqual(['ann', 'ann', 'ann'])
  set(entryOf('ann', ann, 'admin', { perSecond: 1, burst: 3 }))
  expect(call()?.[0]).toBe('rate_limited')
  set()
  expect(call()?.[0]).toBe('unauthorized')
})

test('tokens that cannot be read again stay as they were, and that is said', () => {
  const { set, tokens, complaints, source } = gate()
  const ann = newToken('ann')
  set(entryOf('ann', ann))
  source.readIfChanged = () => {
    throw new Error('it is gone')
  }
  tokens.reload()
  expect([tokens.find(ann)?.name, tokens.count]).toEqual(['ann', 1])
  expect(complaints).toEqual(['it is gone; the tokens stay as they were'])
  expect(
    () =>
      new Tokens(
        source,
        () => 0,
        () => undefined,
      ),
  ).toThrow('it is gone')
})

test('a token names its owner and holds 256 bits of chance', () => {
  expect(newToken('ann')).toMatch(/^mlt_ann_[A-Za-z0-9_-]{43}$/)
  expect(newToken('ann')).not.toBe(newToken('ann'))
  expect(tokenHash('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
