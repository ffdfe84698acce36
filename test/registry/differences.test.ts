/** What is told to have changed between two states of a registry. */
import { describe, expect, test } from 'bun:test'
import { differences, tagChanges } from '../../src/registry/differences'
import { parseRegistry } from '../../src/registry/file'
import type { RevisionState } from '../../src/registry/revision'
import { Findings } from '../../src/registry/verify'
import type { Digest } from '../../src/schema/digest'

const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}`

/** Tags by name, and what the disk says of revisions; those that are only `seen` have no entry. */
interface Described {
  readonly tags?: Readonly<Record<string, string>>
  readonly entries?: Readonly<Record<string, RevisionState>>
  readonly seen?: Readonly<Record<string, RevisionState>>
}

function stateOf(strategies: Readonly<Record<string, Described>>) {
  const findings = new Findings()
  const file: Record<string, object> = {}
  for (const [name, { tags = {}, entries = {}, seen = {} }] of Object.entries(strategies)) {
    file[name] = {
      tags: Object.fromEntries(Object.entries(tags).map(([tag, digit]) => [tag, digest(digit)])),
      hashes: Object.fromEntries(
        Object.keys(entries).map((digit) => [digest(digit), { tag: '', path: `${digit}.js` }]),
      ),
    }
    for (const [digit, state] of Object.entries({ ...seen, ...entries })) {
      findings.set(name, digest(digit), { state, sizeBytes: 0 })
    }
  }
  return { catalogue: parseRegistry(JSON.stringify(file)).catalogue, findings }
}

const TWO = { tags: { a: '1', b: '2' }, entries: { 1: 'sound', 2: 'sound' } } as const

describe('a revision is told to have changed', () => {
  test.each<[string, Described, Described, string[]]>([
    ['never while all of it is the same', TWO, TWO, []],
    ['never for the order of its tags', { ...TWO, tags: { a: '1', b: '1' } }, { ...TWO, tags: { b: '1', a: '1' } }, []],
    ['nor the other way round', { ...TWO, tags: { b: '1', a: '1' } }, { ...TWO, tags: { a: '1', b: '1' } }, []],
    ['when it came', { tags: { a: '1' }, entries: { 1: 'sound' } }, TWO, ['2']],
    ['when it went', TWO, { tags: { b: '2' }, entries: { 2: 'sound' } }, ['1']],
    [
      'when it came without a tag, though its file was known',
      { seen: { 1: 'sound' } },
      { entries: { 1: 'sound' } },
      ['1'],
    ],
    [
      'when it went without a tag, though its file is known',
      { entries: { 1: 'sound' } },
      { seen: { 1: 'sound' } },
      ['1'],
    ],
    ['when its file drifted', TWO, { ...TWO, entries: { 1: 'drifted', 2: 'sound' } }, ['1']],
    ['when it got a tag', TWO, { ...TWO, tags: { ...TWO.tags, c: '2' } }, ['2']],
    ['when it lost a tag', { ...TWO, tags: { ...TWO.tags, c: '2' } }, TWO, ['2']],
    ['on both sides of a tag that moved', TWO, { ...TWO, tags: { a: '2', b: '2' } }, ['1', '2']],
  ])('%s', (_, before, after, changed) => {
    const refs = differences(stateOf({ grid: before }), stateOf({ grid: after }))
    expect(refs).toEqual(changed.map((digit) => ({ name: 'grid', hash: digest(digit) })))
  })

  test('never in a state that is the same', () => {
    const state = stateOf({ grid: TWO })
    expect(differences(state, state)).toEqual([])
  })

  test('with a strategy that came or went, and with no other', () => {
    const before = stateOf({ old: TWO, same: TWO })
    const after = stateOf({ same: TWO, new: { entries: { 3: 'missing' } } })
    expect(differences(before, after)).toEqual([
      { name: 'old', hash: digest('1') },
      { name: 'old', hash: digest('2') },
      { name: 'new', hash: digest('3') },
    ])
  })
})

test('of tags those that moved, came or went are told, with what they named before', () => {
  const before = stateOf({
    grid: { tags: { same: '1', moved: '1', gone: '2' } },
    old: { tags: { x: '1' } },
    still: TWO,
  })
  const after = stateOf({ grid: { tags: { same: '1', moved: '2', came: '1' } }, still: TWO, new: { tags: { y: '3' } } })
  const moved = (strategy: string, tag: string, from: string, to: string) => ({
    kind: 'tag-moved' as const,
    strategy,
    tag,
    before: from === '' ? ('' as const) : digest(from),
    after: digest(to),
  })
  const deleted = (strategy: string, tag: string, from: string) => ({
    kind: 'tag-deleted' as const,
    strategy,
    tag,
    before: digest(from),
    allowOrphan: true,
  })
  expect(tagChanges(before.catalogue, after.catalogue)).toEqual([
    moved('grid', 'moved', '1', '2'),
    moved('grid', 'came', '', '1'),
    deleted('grid', 'gone', '2'),
    deleted('old', 'x', '1'),
    moved('new', 'y', '', '3'),
  ])
})
