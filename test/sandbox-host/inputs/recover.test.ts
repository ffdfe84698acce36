/** What a host says that goes on for another one, to a gateway that knows as much as its journal says. */
import { afterAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../until'
import { Link, Story } from './link'
import { EVENTS, type Moment, NUMBERS, World } from './world'

const folder = mkdtempSync(join(tmpdir(), 'meltica-recover-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Another host, for a gateway that knows what was so at a moment. */
async function after(
  { event, filled, stories }: Moment,
  path: string,
  upTo?: number,
  mostRedoMs = 1e-6,
): Promise<World> {
  const link = await Link.open({ known: stories, mostRedoMs })
  const keep = NUMBERS.map((number) => link.kept(number, upTo === undefined ? {} : { upTo }))
  const { lost } = await link.recover(path, ...keep)
  expect(lost).toEqual([])
  return new World(link, event, filled)
}

function copied(path: string, name: string): string {
  const to = join(folder, name)
  cpSync(path, to, { recursive: true })
  return to
}

test.each([
  ['from the beginning', 1_000_000],
  ['from checkpoints', 1e-6],
])('whatever a gateway knows that has died, it is told the rest, and all goes on: %s', async (name, mostRedoMs) => {
  const path = join(folder, name)
  const world = new World(await Link.recording(path, { mostRedoMs }))
  await world.launch(false)
  let known = 0
  const copies: { readonly path: string; readonly known: number; readonly event: number }[] = []
  await world.until(EVENTS, ({ event }) => {
    if (event % 5 === 0) {
      world.link.keeps()
      known = event
    }
    if (event % 9 === 8) copies.push({ path: copied(path, `${name}-${event}`), known, event })
  })
  expect(world.stories.every(({ orders, lines }) => orders.length > 5 && lines.length > 5)).toBe(true)
  for (const { path, known, event } of copies) {
    const from = world.moments[Math.min(event, known + (event % 2))]!
    const again = await after({ ...world.moments[event]!, stories: from.stories }, path)
    expect([...again.link.stories]).toEqual([...world.moments[event]!.stories])
    again.link.goOn()
    await again.until(EVENTS)
    expect(again.stories).toEqual(world.stories)
    again.link.die()
  }
})

test('what was done once more is put down, though nothing follows: nobody does it a third time', async () => {
  const path = join(folder, 'redone')
  const world = new World(await Link.recording(path))
  await world.launch(false)
  await world.until(EVENTS)
  world.link.die()
  const { link } = await after(world.moments.at(-1)!, path)
  link.goOn()
  const put = () => new Set(readdirSync(path).flatMap((name) => /^(\d+)-.*\.checkpoint$/.exec(name)?.[1] ?? []))
  await until(async () => {
    await link.ofNobody()
    return put().size === NUMBERS.length
  })
  link.die()
})

test('who plays a recording goes back with it, as often as it takes', async () => {
  const path = join(folder, 'cut')
  const undisturbed = new World(await Link.open())
  await undisturbed.launch(true)
  await undisturbed.until(EVENTS)
  const first = new World(await Link.recording(path, { mostRedoMs: 1e-6 }))
  await first.launch(true)
  await first.until(20, ({ event, batches }) => {
    // what is said is a part of the next cut
    if (event === 5 || event === 11) first.link.keeps(batches)
  })
  first.link.die()
  const cut = first.moments[11]!
  const before = first.link.batches
  expect(cut.batches).toBeLessThan(before)
  for (const event of [11, 16]) {
    // no later cut comes to be
    const again = await after(cut, copied(path, `cut-${event}`), cut.batches)
    expect([...again.link.stories]).toEqual([...cut.stories])
    expect(again.link.batches).toBe(before)
    again.link.goOn()
    await again.until(event)
    again.link.die()
    const later = await after(cut, join(folder, `cut-${event}`), cut.batches)
    expect([...later.link.stories]).toEqual([...cut.stories])
    later.link.goOn()
    await later.until(EVENTS)
    expect(later.stories).toEqual(undisturbed.stories)
    later.link.die()
  }
  for (const event of [11, 16]) {
    const again = await after(cut, copied(path, `next-${event}`), cut.batches)
    again.link.goOn()
    // a later one is, with the batches of now
    await again.until(event)
    again.link.keeps()
    const next: Moment = again.moments.at(-1) ?? { ...cut, batches: again.link.batches }
    await again.until(event + 3)
    again.link.die()
    const later = await after(next, join(folder, `next-${event}`), next.batches)
    expect([...later.link.stories]).toEqual([...next.stories])
    later.link.goOn()
    await later.until(EVENTS)
    expect(later.stories).toEqual(undisturbed.stories)
    later.link.die()
  }
})

test('whoever is killed while it comes to where another one was leaves nothing that misleads the next', async () => {
  const path = join(folder, 'midway')
  const first = new World(await Link.recording(path))
  await first.launch(true)
  // so long that somebody who writes on would begin with a head
  await first.link.ofNobody({ eventId: 'x'.repeat(128 << 10) })
  await first.until(3)
  first.link.die()
  const last = first.moments.at(-1)!
  const second = await Link.open({ known: last.stories })
  const keep = NUMBERS.map((number) => second.kept(number, { upTo: last.batches }))
  const recovered = second.recover(path, ...keep)
  const left = copied(path, 'midway-left')
  await recovered
  second.die()
  const third = await after(last, left, last.batches)
  expect(third.link.batches).toBe(last.batches)
  expect([...third.link.stories]).toEqual([...last.stories])
  third.link.die()
})

test('a new gateway is told what each was started with, was given, has not handled, and its state', async () => {
  const path = join(folder, 'told')
  const first = await Link.recording(path)
  await first.launch(
    1,
    `let order
    return {
      onTrade(ctx, evt, payload, price) {
        if (price === 1) helpers.state.born = true
        if (price < 3) runtime.submitMarketOrder('', 'buy', '1')
        else helpers.sleep('1h')
      },
      onOrderFilled() {},
    }`,
  )
  await first.launch(2, 'return { onTrade() {} }')
  await first.trades(1)
  await first.trades(2)
  const [one, two] = first.story(1).orders
  await first.fills(1, one!, 11)
  expect(first.story(1).handled).toBe(1)
  // asleep
  expect(await first.trades(3)).toBe(true)
  await first.fills(1, two!, 14)
  first.die()
  const second = await Link.open()
  const recovered = await second.recover(path, first.kept(1), first.kept(2))
  expect(recovered).toMatchObject({
    batches: 5,
    behind: true,
    instances: [
      {
        number: 1,
        started: { handlers: ['onTrade', 'onOrderFilled'] },
        acts: 2,
        lines: 0,
        handled: 1,
        reported: 14,
        waiting: [14],
      },
      { number: 2, started: { handlers: ['onTrade'] }, acts: 0, lines: 0, handled: 0, reported: 0, waiting: [] },
    ],
    lost: [],
  })
  expect([second.story(1).acts, second.story(1).state, second.story(2)]).toEqual([
    first.story(1).acts,
    '{"born":true}',
    new Story(),
  ])
  const kinds = second.said.map(({ kind }) => kind)
  expect(kinds.lastIndexOf('state')).toBeLessThan(kinds.indexOf('answer'))
  expect(second.said.filter(({ kind }) => kind === 'state')).toHaveLength(1)
})

test('a host that has not noticed the end of its gateway spoils nothing for the one that goes on for it', async () => {
  const path = join(folder, 'unnoticed')
  const first = await Link.recording(path, { mostRedoMs: 1e-6 })
  const body = 'let seen = 0; return { onTrade(ctx, evt, payload, price) { helpers.log(price, ++seen) } }'
  await first.launch(1, body)
  await first.trades(1)
  const second = await Link.open({ known: first.stories, mostRedoMs: 1e-6 })
  await second.recover(path, second.kept(1))
  second.goOn()
  // it writes on, until it is to put something down
  for (let price = 2; !first.said.some(({ kind }) => kind === 'unrecorded'); price++) await first.trades(price)
  await second.trades(7)
  second.die()
  const third = await Link.open({ known: second.stories })
  expect(await third.recover(path, third.kept(1))).toMatchObject({
    batches: 2,
    instances: [{ number: 1, lines: 2 }],
    lost: [],
  })
  third.goOn()
  await third.trades(8)
  expect(third.story(1).lines).toEqual(['1 1', '7 2', '8 3'])
})
