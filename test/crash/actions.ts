/** Every kind of write, and the files that it begins with. */
import type { Registry } from '../../src/registry/registry'
import { filed, type Home, hashOf, pathOf, source } from '../registry/home'

export const ONE = source('grid', 'v1')
export const TWO = source('grid', 'v2')
const THREE = source('grid', 'v3')
const FLAT = source('flat', 'v1')
const OLD = source('old', 'v1')

export interface Action {
  /** Puts files into the home, before the registry over it is opened. */
  prepare?(home: Home): void
  act(registry: Registry): Promise<unknown>
}

export const ACTIONS: Readonly<Record<string, Action>> = {
  'an upload of a new strategy': { act: (registry) => registry.upload({ source: source('other', 'v1') }, 'ann') },
  'an upload that moves tags': {
    act: (registry) => registry.upload({ source: THREE, aliases: ['x'], reassignTags: ['prod'] }, 'ann'),
  },
  'a replacement': { act: (registry) => registry.replace(`grid@${hashOf(ONE)}`, { source: THREE }, 'ann') },
  'a tag move': { act: (registry) => registry.moveTag('grid', 'prod', hashOf(TWO), 'ann') },
  'a tag deletion': { act: (registry) => registry.deleteTag('grid', 'prod', false, 'ann') },
  'the deletion of a revision': { act: (registry) => registry.remove('grid:v1', 'ann') },
  'the deletion of a strategy': { act: (registry) => registry.remove('grid', 'ann') },
  'the deletion of a flat file': { act: (registry) => registry.remove('old', 'ann') },
  'the registration of a file that was dropped in': {
    prepare: (home) => home.write('flat.js', FLAT),
    act: (registry) => registry.rescan(),
  },
}

/** Changes nothing by itself: what it does is to put right what it finds. */
export const REFRESH: Action = { act: (registry) => registry.rescan() }

/** Not whole or not at all, but never worse than before: the bytes of a revision are put right. */
export const HEALING: Action = {
  prepare: (home) => home.write(pathOf('grid', ONE), 'edited'),
  act: (registry) => registry.upload({ source: ONE }, 'ann'),
}

/** The files that every action begins with: two revisions of one strategy, and a flat file of another. */
export function begin(home: Home): void {
  const paths = { v1: [pathOf('grid', ONE), ONE], v2: [pathOf('grid', TWO), TWO] } as const
  for (const [path, text] of Object.values(paths)) home.write(path, text)
  home.write('old.js', OLD)
  const { tags, hashes } = filed(paths)
  const grid = { tags: { ...tags, prod: hashOf(ONE), latest: hashOf(TWO) }, hashes }
  home.write('registry.json', JSON.stringify({ grid, old: filed({ v1: ['old.js', OLD] }) }))
}
