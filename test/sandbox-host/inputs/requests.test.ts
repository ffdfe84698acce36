/** What was asked of an instance, and whether its gateway knows of the answer, when a host goes on for another one. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeptInstance } from '../../../src/protocol/messages'
import { Link, type Story } from './link'

const folder = mkdtempSync(join(tmpdir(), 'meltica-requests-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const counting = (name: string) => `let seen = 0
  helpers.log('${name}', helpers.state.seen ?? 0)
  return { onTrade(ctx, evt, payload, price) {
    helpers.state.seen = ++seen
    helpers.log('${name}', price, seen)
    if (price % 2) runtime.submitMarketOrder('', 'buy', String(price))
  } }`
const [OLD, NEW, BROKEN] = [counting('old'), counting('new'), `helpers.log('broken'); throw new Error('not viable')`]

/** A host that goes on for the one that this gateway had; who does not go on is an error. */
async function next(before: Link, path: string, known: Story, change: Partial<KeptInstance> = {}): Promise<Link> {
  before.die()
  const link = await Link.open({ known: new Map([[1, known]]) })
  expect(await link.recover(path, link.kept(1, change))).toMatchObject({ lost: [] })
  link.goOn()
  return link
}

/** Sets the pace: all of it is in the hands of the system. */
async function begun(name: string): Promise<{ readonly path: string; readonly link: Link }> {
  const path = join(folder, name)
  const link = await Link.recording(path)
  await link.launch(1, OLD)
  await link.trades(1)
  await link.trades(2, 3)
  return { path, link }
}

async function refused(link: Link): Promise<void> {
  const error: unknown = await link.launch(1, BROKEN, {}, 'roll').catch((error: unknown) => error)
  expect(String(error)).toContain('not viable')
}

async function undisturbed(): Promise<Story> {
  const { link } = await begun('undisturbed')
  await link.trades(4, 5)
  await refused(link)
  await link.launch(1, NEW, {}, 'roll')
  await link.trades(6, 7)
  await link.trades(8, 9)
  return link.story(1)
}

test('a program is in the place of another one when its gateway knows of it, or asks again, and one that was refused never', async () => {
  const story = await undisturbed()
  expect(story.lines).toEqual([
    'old 0',
    'old 1 1',
    'old 2 2',
    'old 3 3',
    'old 4 4',
    'old 5 5',
    'broken',
    'new 5',
    'new 6 1',
    'new 7 2',
    'new 8 3',
    'new 9 4',
  ])
  const { path, link: first } = await begun('rolled')
  const known = first.story(1).copy()
  await first.launch(1, NEW, {}, 'roll')
  await first.trades(4, 5)
  // that was never heard: the former one is given what came
  const second = await next(first, path, known)
  await refused(second)
  const third = await next(second, path, second.story(1))
  await third.launch(1, NEW, {}, 'roll')
  await third.trades(6, 7)
  const fourth = await next(third, path, third.story(1), { rolls: 1 })
  await fourth.trades(8, 9)
  expect(fourth.story(1)).toEqual(story)
})

test('who is stopped goes on for a gateway that does not know of it', async () => {
  const { path, link } = await begun('stopped')
  const known = link.story(1).copy()
  await link.ask({ kind: 'stop', number: 1 })
  await link.trades(5)
  const second = await next(link, path, known)
  expect(second.story(1).lines.slice(1)).toEqual(['old 1 1', 'old 2 2', 'old 3 3', 'old 5 4'])
  await second.trades(7)
  const third = await next(second, path, second.story(1))
  await third.trades(8)
  expect(third.story(1).lines.slice(-2)).toEqual(['old 7 5', 'old 8 6'])
  expect(third.story(1).orders.map(({ quantity }) => quantity)).toEqual(['1', '3', '5', '7'])
})

test('who is started again under its number is not who it was', async () => {
  const { path, link } = await begun('anew')
  link.die()
  const second = await Link.open()
  await second.recover(path)
  second.goOn()
  await second.launch(1, NEW)
  await second.trades(4)
  const known = second.story(1)
  const third = await next(second, path, known.copy())
  expect(third.story(1)).toEqual(known)
  expect(third.messages).toBeGreaterThan(0)
  await third.trades(5)
  expect(third.story(1).lines).toEqual(['new 0', 'new 4 1', 'new 5 2'])
})

test('who has failed fails again for a gateway that does not know of it', async () => {
  const { path, link } = await begun('failed')
  const known = link.story(1).copy()
  await link.launch(1, 'return { onTrade() { for (;;); } }', {}, 'roll')
  await link.trades(4)
  expect(link.story(1).failure).not.toBe('')
  link.die()
  const second = await Link.open({ known: new Map([[1, known]]) })
  expect(await second.recover(path, second.kept(1, { rolls: 1 }))).toMatchObject({ instances: [], lost: [] })
  expect(second.story(1)).toEqual(link.story(1))
})
