/** What a registry takes and refuses at its bounds, and what a change leaves alone. */
import { describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { Failure } from '../../src/errors/failure'
import { asStorageFailure } from '../../src/registry/disk'
import { exportRegistry, formatRegistry, parseRegistry } from '../../src/registry/file'
import { parseSelector } from '../../src/registry/selector'
import { Strategy } from '../../src/registry/strategy'
import { checkBody, planUpload, type UploadBody } from '../../src/registry/upload-plan'
import type { Digest } from '../../src/schema/digest'
import { filed, Home, hashOf, openRegistry, refusal, refusedAs, source } from './home'

const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}`

test('a selector has at most 512 characters, and is shown by its first hundred', async () => {
  expect(parseSelector('a'.repeat(512))).toEqual({ kind: 'name', name: 'a'.repeat(512) })
  const { code, message } = await refusal(() => parseSelector('a'.repeat(513)))
  expect([code, message]).toEqual(['invalid_selector', `"${'a'.repeat(100)}" is not a selector`])
  expect(parseSelector('a:b:c')).toEqual({ kind: 'tag', name: 'a', tag: 'b:c' })
  expect(parseSelector(`a:b@${'0'.repeat(12)}`)).toEqual({
    kind: 'hash',
    name: 'a:b',
    prefix: `sha256:${'0'.repeat(12)}`,
  })
})

describe('a registry file', () => {
  test('is taken as far as it is sound, and each part that is not is told', () => {
    const text = JSON.stringify({
      sound: { tags: { v1: digest('1') }, hashes: { [digest('1')]: { tag: 'v1', path: 'a.js', more: 1 } } },
      bare: {},
      nulls: { tags: null, hashes: null },
      lists: { tags: [], hashes: 1 },
      parts: {
        tags: { a: 1, b: 'sha256:12', c: digest('2') },
        hashes: { x: {}, [digest('3')]: { tag: 1 }, [digest('4')]: { path: 'b.js' } },
      },
      none: 5,
    })
    const { catalogue, problems } = parseRegistry(`\uFEFF${text}`)
    expect([...catalogue.strategies.keys()]).toEqual(['sound', 'bare', 'nulls', 'lists', 'parts'])
    expect([...catalogue.strategies.get('sound')!.entries.values()]).toEqual([
      { tag: 'v1', path: 'a.js', more: 1 },
    ] as never)
    expect([...catalogue.strategies.get('parts')!.tags]).toEqual([['c', digest('2')]])
    expect([...catalogue.strategies.get('parts')!.entries]).toEqual([[digest('4'), { tag: '', path: 'b.js' }]])
    expect(problems.map(({ strategy, problem }) => `${strategy}: ${problem}`)).toEqual([
      'lists: registry.json: "tags" is not an object',
      'lists: registry.json: "hashes" is not an object',
      'parts: registry.json: tag "a" names no hash',
      'parts: registry.json: tag "b" names no hash',
      'parts: registry.json: "x" is not a hash',
      `parts: registry.json: ${digest('3')} has no path`,
      'none: registry.json: "none" is not an object',
    ])
  })

  test('is written as JSON is, whatever of it is empty', () => {
    const entry = { tag: 'v1', path: 'a.js', more: { of: ['others'], é: null } }
    for (const file of [
      {},
      { bare: { tags: {}, hashes: { [digest('1')]: entry } } },
      { tagged: { tags: { v1: digest('1'), 'ä b': digest('2') }, hashes: {} } },
      {
        a: { tags: { v1: digest('1') }, hashes: { [digest('1')]: entry, [digest('2')]: entry } },
        b: { tags: { x: digest('1') }, hashes: {} },
      },
    ]) {
      const { catalogue, problems } = parseRegistry(JSON.stringify(file))
      expect(problems).toEqual([])
      for (const _ of ['made', 'kept']) {
        expect(Buffer.from(formatRegistry(catalogue)).toString()).toBe(`${JSON.stringify(file, null, 2)}\n`)
      }
      expect(exportRegistry(catalogue)).toEqual(file as never)
    }
  })

  test.each(['', '{', '[]', '5', 'null'])('that is %p is kept aside as a whole', (text) => {
    const { catalogue, problems } = parseRegistry(text)
    expect([catalogue.strategies.size, problems.length]).toEqual([0, 1])
  })
})

describe('a strategy', () => {
  const strategy = new Strategy(
    new Map([
      ['latest', digest('1')],
      ['prod', digest('1')],
      ['next', digest('1')],
      ['old', digest('2')],
    ]),
    new Map([
      [digest('1'), { tag: 'v1', path: 'a.js' }],
      [digest('2'), { tag: 'old', path: 'b.js' }],
      [digest('3'), { tag: 'v3', path: 'c.js' }],
    ]),
  )

  test('calls a revision by its own tag, by the first other, by latest, or not at all', () => {
    expect(['1', '2', '3'].map((digit) => strategy.aliasOf(digest(digit)))).toEqual(['prod', 'old', undefined])
    expect(new Strategy(new Map([['latest', digest('1')]])).aliasOf(digest('1'))).toBe('latest')
    expect(strategy.withTags(['v1'], digest('1')).aliasOf(digest('1'))).toBe('v1')
  })

  test('loses with a revision all its tags and no other', () => {
    const left = strategy.without(digest('1'))
    expect([[...left.tags.keys()], [...left.entries.keys()]]).toEqual([['old'], [digest('2'), digest('3')]])
    expect([...strategy.withoutTag('prod').tags.keys()]).toEqual(['latest', 'next', 'old'])
    expect([...strategy.tags.keys()]).toEqual(['latest', 'prod', 'next', 'old'])
  })
})

describe('an upload', () => {
  const body = (more: Partial<UploadBody>): UploadBody => ({ source: '', ...more })
  const tags = (count: number) => Array.from({ length: count }, (_, n) => `t${n}`)

  test('names at most a hundred tags in each of its lists, each once', async () => {
    for (const field of ['aliases', 'reassignTags']) {
      checkBody(body({ [field]: tags(100) }))
      expect((await refusal(() => checkBody(body({ [field]: tags(101) })))).message).toBe(
        `"${field}" has 101 tags, more than 100`,
      )
      expect((await refusal(() => checkBody(body({ [field]: ['a', 'b', 'a'] })))).message).toBe(
        `"${field}" has "a" twice`,
      )
    }
    checkBody(body({ aliases: ['a'], reassignTags: ['a'] }))
  })

  test('cannot move latest and say that it is not to be moved', async () => {
    for (const more of [{ tag: 'latest' }, { aliases: ['latest'] }, { reassignTags: ['latest'] }]) {
      expect(await refusedAs(() => checkBody(body({ ...more, promoteLatest: false })))).toBe('invalid_request')
      checkBody(body({ ...more, promoteLatest: true }))
    }
  })

  const known = new Strategy(
    new Map([
      ['latest', digest('1')],
      ['prod', digest('1')],
    ]),
    new Map([[digest('1'), { tag: 'prod', path: 'a.js' }]]),
  )
  const plan = (more: Partial<UploadBody>, declared = 'v2', takeover?: Parameters<typeof planUpload>[5]) =>
    planUpload(known, digest('2'), 'b.js', body(more), declared, takeover)

  test('takes its tag from the body, the metadata, or the selector that it replaces, in this order', async () => {
    expect(plan({ tag: 'v9' }).tag).toBe('v9')
    expect(plan({}).tag).toBe('v2')
    expect(plan({}, '', { tags: ['prod'], fallbackTag: 'prod' }).tag).toBe('prod')
    expect(plan({}, 'v2', { tags: ['prod'], fallbackTag: 'prod' }).tag).toBe('v2')
    expect(await refusedAs(() => plan({}, ''))).toBe('tag_missing')
  })

  test('moves latest unless it is told not to, or replaces another tag, or there is none', () => {
    const moved = (more: Partial<UploadBody>, takeover?: Parameters<typeof planUpload>[5]) =>
      plan(more, 'v2', takeover).moves.map(({ tag, before }) => `${tag} ${before.slice(7, 8)}`)
    expect(moved({})).toEqual(['v2 ', 'latest 1'])
    expect(moved({ promoteLatest: false })).toEqual(['v2 '])
    expect(moved({}, { tags: ['prod'] })).toEqual(['v2 ', 'prod 1'])
    expect(moved({ promoteLatest: true }, { tags: ['prod'] })).toEqual(['v2 ', 'prod 1', 'latest 1'])
    const empty = planUpload(new Strategy(), digest('2'), 'b.js', body({ promoteLatest: false }), 'v2')
    expect(empty.moves.map(({ tag }) => tag)).toEqual(['v2', 'latest'])
  })

  test('takes a tag from another revision only when it says so', async () => {
    const refused = await refusal(() => plan({ aliases: ['prod'] }))
    expect([refused.code, refused.details]).toEqual(['tag_conflict', { tags: ['prod'] }])
    expect(plan({ aliases: ['prod'], reassignTags: ['prod'] }).moves).toHaveLength(3)
    expect(await refusedAs(() => plan({ aliases: ['no tag'] }))).toBe('invalid_tag')
    expect(await refusedAs(() => plan({ promoteLatest: false }, 'v2', { tags: ['latest'] }))).toBe('invalid_request')
  })

  test('that does not compile names the first problem and counts the others', async () => {
    using home = new Home()
    await using registry = await openRegistry(home)
    const message = async (text: string) => (await refusal(() => registry.upload({ source: text }, 'ann'))).message
    expect(await message('module.exports = { metadata: {}, create() {} }')).toBe(
      'metadata.name is missing (and 2 more)',
    )
    expect(await message('module.exports = 1')).toBe('module.exports is number, not an object')
  })
})

test('a file that two revisions share goes with the last of them', async () => {
  const [one, text] = ['grid.js', source('grid', 'v1')] as const
  const other = source('grid', 'v2')
  const registry = filed({ v1: [one, text], v2: [one, other] })
  using home = new Home({ [one]: text, 'registry.json': JSON.stringify({ grid: registry }) })
  await using opened = await openRegistry(home)
  await opened.remove(`grid@${hashOf(other)}`, 'ann')
  expect(home.files()).toContain(one)
  expect((await opened.launchable(opened.resolve('grid:v1'))).metadata.name).toBe('grid')
  await opened.remove('grid', 'ann')
  expect(home.files()).not.toContain(one)
})

test('what the compiler said is written anew once a thousand lines serve no more', async () => {
  using home = new Home()
  const validations = home.at('.meltica/verdicts.jsonl')
  {
    await using registry = await openRegistry(home)
    await registry.upload({ source: source('grid', 'v1') }, 'ann')
  }
  const [line = ''] = readFileSync(validations, 'utf8').split('\n')
  const lines = () => readFileSync(validations, 'utf8').trimEnd().split('\n').length
  for (const [count, left] of [
    [1001, 1001],
    [1002, 1],
  ] as const) {
    writeFileSync(validations, `${line}\n`.repeat(count))
    await using registry = await openRegistry(home)
    expect([registry.resolve('grid').state, lines()]).toEqual(['sound', left])
  }
})

test.each([
  ['ENOSPC', 'storage_full'],
  ['EDQUOT', 'storage_full'],
  ['EFBIG', 'storage_full'],
  ['EROFS', 'storage_unavailable'],
  ['EACCES', 'storage_unavailable'],
  ['EIO', 'storage_unavailable'],
  ['EMFILE', 'storage_unavailable'],
  ['ENOENT', 'storage_unavailable'],
  ['EPERM', 'storage_unavailable'],
  ['ENFILE', 'storage_unavailable'],
  ['ENOTDIR', 'storage_unavailable'],
  ['EISDIR', 'storage_unavailable'],
  ['ELOOP', 'storage_unavailable'],
  ['ENXIO', 'storage_unavailable'],
])('%s of a disk is %s', (code, refused) => {
  expect(asStorageFailure(Object.assign(new Error('x'), { code }))).toMatchObject({ code: refused })
})

test('what is no fault of the disk stays what it is', () => {
  for (const error of [
    new Error('x'),
    Object.assign(new Error('x'), { code: 'EINVAL' }),
    Object.assign(new Error('x'), { code: 28 }),
    'x',
    { code: 'ENOSPC' },
    new Failure('usage', 'x'),
  ]) {
    expect(asStorageFailure(error)).toBe(error)
  }
})
