/**
 * kill -9 before every step of every write. What was acknowledged is there afterwards; what was not is there
 * whole or not at all; what the crash left is collected, and nothing that was deleted comes back.
 */
import { expect, test } from 'bun:test'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { Home, openRegistry, pathOf } from '../registry/home'
import { ACTIONS, type Action, begin, HEALING, ONE } from './actions'

/** Some 15 processes each, all at once, on a machine that has other work as well. */
const TIMEOUT_MS = 240_000
const ACT = join(import.meta.dir, 'act.ts')

async function run(home: Home, action: string, failPoint: string): Promise<'acknowledged' | 'killed'> {
  const child = Bun.spawn([process.execPath, ACT, home.path, action, failPoint], { stdout: 'pipe', stderr: 'pipe' })
  const [said, wrong] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
  if (child.signalCode === 'SIGKILL') return 'killed'
  expect(wrong).toBe('')
  expect(said).toBe('acknowledged')
  return 'acknowledged'
}

/** What a user finds in a home: after a start and a refresh. */
async function stateOf(home: Home): Promise<string> {
  await using registry = await openRegistry(home)
  await registry.rescan()
  const states = registry
    .names()
    .flatMap((name) => registry.revisions(name).map(({ hash, state }) => [name, hash, state]))
  const files = home.files().filter((path) => !path.endsWith('.wasm'))
  return JSON.stringify([registry.exported(), states, registry.problems(), files], null, 1)
}

function copyOf(home: Home): Home {
  const copy = new Home()
  cpSync(home.path, copy.path, { recursive: true })
  return copy
}

async function prepared(action: Action): Promise<Home> {
  const home = new Home()
  begin(home)
  {
    await using registry = await openRegistry(home)
    for (const name of registry.names()) {
      for (const revision of registry.revisions(name)) await registry.launchable(revision)
    }
  }
  action.prepare?.(home)
  return home
}

test.concurrent.each(Object.entries(ACTIONS))(
  '%s is there whole or not at all, wherever the process ends',
  async (name, action) => {
    using start = await prepared(action)
    using unharmed = copyOf(start)
    using untouched = copyOf(start)
    expect(await run(unharmed, name, '')).toBe('acknowledged')
    const [before, after] = [await stateOf(untouched), await stateOf(unharmed)]
    const seen = new Set<string>()
    for (let step = 1; ; step++) {
      using home = copyOf(start)
      if ((await run(home, name, `*#${step}`)) === 'acknowledged') break
      const state = await stateOf(home)
      expect([before, after]).toContain(state)
      seen.add(state === before ? 'before' : 'after')
    }
    expect(seen.size).toBe(before === after ? 1 : 2)
  },
  TIMEOUT_MS,
)

test.concurrent(
  'an upload that heals a drifted revision leaves the edit or the right bytes, wherever the process ends',
  async () => {
    using start = await prepared(HEALING)
    const path = pathOf('grid', ONE)
    const seen = new Set<string>()
    for (let step = 1; ; step++) {
      using home = copyOf(start)
      const outcome = await run(home, 'heal', `*#${step}`)
      await using registry = await openRegistry(home)
      expect([registry.resolve('grid:v1').state, home.read(path)]).toEqual(
        home.read(path) === ONE ? ['sound', ONE] : ['drifted', 'edited'],
      )
      seen.add(home.read(path))
      if (outcome === 'acknowledged') break
    }
    expect([...seen]).toEqual(['edited', ONE])
  },
  TIMEOUT_MS,
)

/** Where the process ends first, so that most is left: all is staged; the files lie there; the deletion is decided. */
const LEFTOVERS = [
  ['an upload that moves tags', 'rename js'],
  ['an upload that moves tags', 'rename registry'],
  ['the deletion of a strategy', 'remove js'],
  ['the registration of a file that was dropped in', 'rename registry'],
] as const

test.concurrent.each(LEFTOVERS)(
  'what %s left before "%s" is collected, though the start that does so is ended anywhere',
  async (name, step) => {
    using start = await prepared(ACTIONS[name]!)
    using left = copyOf(start)
    expect(await run(left, name, step)).toBe('killed')
    using collected = copyOf(left)
    const after = await stateOf(collected)
    let ends = 0
    for (; ; ends++) {
      using home = copyOf(left)
      const outcome = await run(home, 'a refresh', `*#${ends + 1}`)
      expect(await stateOf(home)).toBe(after)
      if (outcome === 'acknowledged') break
    }
    expect(ends).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)
