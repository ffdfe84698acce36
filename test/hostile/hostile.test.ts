/**
 * Whatever a handler does, it ends: by an error of its own, or because its fuel, heap or stack is used up. Time
 * is fuel here, so that no clock is asked. Its neighbour in the same process gets every event and keeps its state.
 */
import { beforeAll, describe, expect, test } from 'bun:test'
import type { Outcome } from '../../src/sandbox/lift'
import { type Stage, stage, ticker, trade } from '../sandbox/stage'
import { DEEP, type Ending, FLOODS, HELD, HONEST, LARGE, NATIVES, STUCK, THROWN } from './snippets'

const MESSAGES: Record<Ending, RegExp> = {
  interrupted: /^out of time: more than 10000000 steps in one call$/,
  trapped:
    /^(out of time: more than 10000000 steps, within one native call|the sandbox broke down: Maximum call stack size exceeded.*)$/,
  'out-of-memory': /^out of memory: more than 16 MiB/,
  'stack-overflow': /Maximum call stack size exceeded$/,
  exception: /./,
  completed: /^$/,
}

const NEIGHBOUR = `let seen = 0; const kept = {};
module.exports = { create: ({ helpers }) => ({ onTrade(ctx, evt) { kept[evt.eventId] = ++seen; helpers.log(seen, Object.keys(kept).length) } }) }`
let neighbour: Stage
let told = 0

beforeAll(async () => {
  neighbour = await stage(NEIGHBOUR)
})

function strategy(body: string): string {
  return `module.exports = { create: ({ helpers, runtime }) => ({
    onTrade() { ${body} },
    onTicker() { const a = []; for (let i = 0; i < 1000; i++) a.push({ i }); helpers.log('fine ' + a.length); },
  }) };
  function numbers(n) { const a = []; for (let i = 0, x = 1; i < n; i++) a.push((x = (x * 48271) % 2147483647) / 1000); return a; }`
}

function endingOf(outcomes: Outcome[]): { ending: Ending; message: string } {
  const fault = outcomes.find((outcome) => outcome.fault)?.fault
  return { ending: fault?.cause ?? 'completed', message: fault?.message ?? '' }
}

/** A trap throws the sandbox away; all else leaves it as good as it was. */
function expectStillGood(attacker: Stage) {
  attacker.heard.logs.length = 0
  expect(endingOf(attacker.play(ticker(1, '1', '1', '1'))).message).toBe('')
  expect(attacker.heard.logs).toEqual(['fine 1000'])
}

function expectNeighbourUnharmed() {
  told++
  expect(endingOf(neighbour.play(trade(told)))).toEqual({ ending: 'completed', message: '' })
  expect(neighbour.heard.logs.at(-1)).toBe(`${told} ${told}`)
}

describe('a handler that holds all memory', () => {
  test.each(Object.entries(HELD))('%s', async (_, [body, ...endings]) => {
    using attacker = await stage(strategy(body))
    for (const event of [trade(0), ticker(1, '1', '1', '1'), trade(2)]) {
      const { ending, message } = endingOf(attacker.play(event))
      expect(endings, message).toContain(ending)
      expect(message).toMatch(MESSAGES[ending])
    }
    expectNeighbourUnharmed()
  })
})

const GROUPS = {
  'a handler that never ends': STUCK,
  'a native function that takes very long': NATIVES,
  'a handler that wants more memory than there is': LARGE,
  'a handler deeper than the stack': DEEP,
  'a handler that throws what is no plain error': THROWN,
  'a handler that floods its holder': FLOODS,
  'an honest handler': HONEST,
}

describe.each(Object.entries(GROUPS))('%s', (_, snippets) => {
  test.each(Object.entries(snippets))('%s', async (_, [body, ...endings]) => {
    using attacker = await stage(strategy(body))
    const { ending, message } = endingOf(attacker.play(trade(0)))
    expect(endings, message).toContain(ending)
    expect(message).toMatch(MESSAGES[ending])
    expect(attacker.heard.logs.length).toBeLessThanOrEqual(1000)
    expect(attacker.heard.orders.length).toBeLessThanOrEqual(1000)
    expect(attacker.sandbox.alive).toBe(ending !== 'trapped')
    // What a finalizer or a promise left behind may end the next event as well, and only that.
    if (attacker.sandbox.alive && ending === 'interrupted') attacker.play(trade(1))
    if (attacker.sandbox.alive) expectStillGood(attacker)
    expectNeighbourUnharmed()
  })
})
