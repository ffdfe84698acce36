/** Tags that moved while nobody wrote an entry: the next start adds what is missing, and nothing else. */
import { expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { finish } from '../../src/store/reading'
import { everything, type House } from './house'
import { houses } from './houses'
import { counter } from './strategies'

const { openHouse } = houses()

const recovered = ({ runtime }: House) =>
  finish(runtime.records.audit(everything, { who: 'recovered' }))
    .items.map(({ id: _, when: _when, ...entry }) => entry)
    .reverse()

test('what the audit does not know of the registry is added at the start, once', async () => {
  const { directory, v1, v2 } = await (async () => {
    await using house = await openHouse()
    const v1 = await house.upload(counter('v1'), { aliases: ['moved', 'gone', 'same'] })
    const v2 = await house.upload(counter('v2'))
    return { directory: house.directory, v1, v2 }
  })()
  const path = join(directory, 'strategies/registry.json')
  const registry = await Bun.file(path).json()
  const { gone: _, ...tags } = registry.counter.tags
  registry.counter.tags = { ...tags, moved: v2, made: v1 }
  await Bun.write(path, JSON.stringify(registry))
  const entry = { who: 'recovered', message: 'found at the start, changed without an entry', strategy: 'counter' }
  const added = [
    { ...entry, what: 'tag_moved', subject: 'counter:made', after: v1 },
    { ...entry, what: 'tag_moved', subject: 'counter:moved', before: v1, after: v2 },
    { ...entry, what: 'tag_deleted', subject: 'counter:gone', before: v1 },
  ]
  for (const _start of ['first', 'again']) {
    await using house = await openHouse(directory)
    const found = recovered(house)
    expect(found).toHaveLength(added.length)
    expect(found).toEqual(expect.arrayContaining(added))
  }
  rmSync(join(directory, 'data'), { recursive: true })
  await using house = await openHouse(directory)
  expect(recovered(house)).toEqual([])
})
