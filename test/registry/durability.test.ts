/** In which order a change goes to the disk: what is named was written and synced before, and the registry file comes last. */
import { afterEach, beforeEach, expect, type Mock, spyOn, test } from 'bun:test'
import { type FileHandle, open } from 'node:fs/promises'
import type { Registry } from '../../src/registry/registry'
import { Home, hashOf, openRegistry, pathOf, source } from './home'

const ONE = source('grid', 'v1')
const TWO = source('grid', 'v2')

/** Steps as they begin, and writes and syncs as they end. */
let events: string[] = []
const failPoint = (step: string) => void events.push(step)
let spies: Mock<(...given: never[]) => Promise<void>>[] = []

beforeEach(async () => {
  await using file = await open(import.meta.path)
  const handles = Object.getPrototypeOf(file) as FileHandle
  /** The event is noted once the method has done its work. */
  const noted = (method: 'sync' | 'writeFile', event: string) => {
    const original = Reflect.get(handles, method) as (this: FileHandle, ...given: unknown[]) => Promise<void>
    return spyOn(handles, method).mockImplementation(async function (this: FileHandle, ...given: unknown[]) {
      await original.apply(this, given)
      events.push(event)
    })
  }
  spies = [noted('sync', 'synced'), noted('writeFile', 'written')]
})
afterEach(() => {
  for (const spy of spies) spy.mockRestore()
})

async function eventsOf(work: (registry: Registry) => Promise<unknown>, before: readonly string[] = []) {
  using home = new Home()
  await using registry = await openRegistry(home, { failPoint })
  for (const text of before) await registry.upload({ source: text }, 'ann')
  events = []
  await work(registry)
  return events
}

const FILE = (kind: string) => [`write ${kind}`, 'written', `fsync ${kind}`, 'synced', `rename ${kind}`]
const FOLDER = ['fsync folder of other', 'synced']

test('of an upload all is written and synced before anything gets its name, the registry file last', async () => {
  const seen = await eventsOf((registry) => registry.upload({ source: ONE }, 'ann'))
  const [staged, named] = [seen.slice(0, seen.indexOf('rename js')), seen.slice(seen.indexOf('rename js'))]
  expect(staged.slice(0, 2)).toEqual(['mkdir', 'mark'])
  const ofEach = ['js', 'wasm', 'registry'].flatMap((kind) => [`write ${kind}`, 'written', `fsync ${kind}`, 'synced'])
  expect(staged.slice(2).sort()).toEqual(ofEach.sort())
  const ofFolders = named.slice(2, 6)
  expect(named.slice(0, 2)).toEqual(['rename js', 'rename wasm'])
  expect(ofFolders.sort()).toEqual([...FOLDER, ...FOLDER].sort())
  expect(named.slice(6)).toEqual(['rename registry', ...FOLDER, 'remove other'])
})

test('the move of a tag is a registry file that is synced before it gets its name', async () => {
  const seen = await eventsOf((registry) => registry.moveTag('grid', 'prod', hashOf(ONE), 'ann'), [ONE])
  expect(seen).toEqual([...FILE('registry'), ...FOLDER])
})

test('a deletion is marked, decided by the registry file, and only then carried out', async () => {
  const seen = await eventsOf((registry) => registry.remove('grid:v1', 'ann'), [ONE, TWO])
  const carriedOut = ['remove js', 'remove wasm', 'remove other']
  expect(seen).toEqual(['mark', ...FOLDER, ...FILE('registry'), ...FOLDER, ...carriedOut])
})

test('what is taken over from another home is synced with its folders before the registry file names it', async () => {
  using shipped = new Home()
  {
    await using registry = await openRegistry(shipped)
    await registry.upload({ source: ONE }, 'us')
  }
  using home = new Home()
  events = []
  await using _ = await openRegistry(home, { shipped: shipped.path, failPoint })
  const put = (kind: string) => ['mkdir', ...FILE(kind)]
  expect(events).toEqual([...put('js'), ...FOLDER, ...FOLDER, ...put('registry'), ...put('other'), ...FOLDER])
  expect(home.read(pathOf('grid', ONE))).toBe(ONE)
  expect(home.read('.meltica/shipped.json')).toBe(shipped.read('registry.json'))
})
