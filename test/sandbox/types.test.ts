/** The types for authors name what a strategy really gets, and fit a real strategy. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Strategy } from '../../sandbox/strategy'
import { HANDLERS } from '../../src/sandbox/layout'
import { stage, trade } from './stage'

const types = await Bun.file(join(import.meta.dir, '../../sandbox/strategy.d.ts')).text()

function membersOf(name: string): string[] {
  const body = new RegExp(`interface ${name}(?:<.*>)? \\{\n([\\s\\S]*?)\n\\}`).exec(types)?.[1] ?? ''
  return [...body.matchAll(/^ {2}(\w+)\??[:(]/gm)].map((match) => match[1]!).sort()
}

test('every handler is typed, and no other', () => {
  expect(membersOf('Handlers')).toEqual([...new Set([...HANDLERS, 'onEnd', 'wantsCrossProviderEvents'])].sort())
})

test('every helper and runtime function is typed, and no other', async () => {
  using running = await stage(`module.exports = { create({ helpers, runtime }) {
    helpers.log(Object.keys(helpers).sort().join()); helpers.log(Object.keys(runtime).sort().join()); return {} } }`)
  expect(running.heard.logs).toEqual([membersOf('Helpers').join(), membersOf('Runtime').join()])
})

test('a strategy written by the types runs', async () => {
  const typed: Strategy = {
    metadata: { name: 'typed', displayName: 'Typed', events: ['Trade'] },
    create: ({ helpers, runtime, events }) => ({
      onTrade(_, evt, payload, price) {
        if (evt.type !== events.Trade || price < Number(payload.price)) return
        helpers.log(runtime.submit({ side: payload.side, type: 'limit', quantity: payload.quantity, price }))
      },
    }),
  }
  using running = await stage(
    `module.exports = { create: ${typed.create.toString().replace(/^create\b/, 'function')} }`,
  )
  running.play(trade(0))
  expect(running.heard.logs).toEqual(['order-1'])
})
