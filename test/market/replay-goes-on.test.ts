/** A recording that goes on where it was: each event is emitted once, and the market is told again of those before. */
import { expect, test } from 'bun:test'
import { dirname } from 'node:path'
import type { Cuts, Provider } from '../../src/market/provider'
import { replayOf } from '../../src/market/replay'
import type { Played } from '../../src/schema/cuts'
import type { MarketEvent } from '../../src/schema/events'
import { until } from '../until'
import { type Folder, folder } from './folder'

const BEGIN_MS = Date.UTC(2024, 0, 1)
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']
/** The symbols in turn, a second apart. */
const csv = (count: number, price = (n: number) => n + 1) => {
  const rows = Array.from({ length: count }, (_, n) => `${BEGIN_MS + n * 1000},${SYMBOLS[n % 3]},${price(n)},2,buy\n`)
  return `timestamp,symbol,price,quantity,side\n${rows.join('')}`
}
const written = (at: Folder, text: string) => at.write('tape.csv', text)

interface Player extends AsyncDisposable {
  readonly provider: Provider
  /** Numbers of events that were emitted, of those that the market was told of again, and the calls between. */
  readonly said: (number | string)[]
  /** While it is set, nothing is emitted. */
  gate: Promise<void> | undefined
  readonly played: () => Played
}

function play(file: string, settings: { speed?: number; elapsed?: () => number } = {}): Player {
  const { speed = 0, elapsed = () => 0 } = settings
  const said: (number | string)[] = []
  const numbers = (events: readonly MarketEvent[], text = '') =>
    said.push(...events.map(({ sequence }) => (text === '' ? sequence : `${text} ${sequence}`)))
  const cuts: Cuts = {
    get pending() {
      return player.gate
    },
    seen: (events) => void numbers(events, 'seen'),
    arrived: async () => void said.push('arrived'),
    ended: async () => void said.push('ended'),
  }
  const provider = replayOf(dirname(file)).create(
    {
      name: 'tape',
      emit: (events) => void numbers(events),
      drained: () => Promise.resolve(),
      cuts,
      changed: () => void said.push(`${provider.state}${provider.reason === undefined ? '' : `: ${provider.reason}`}`),
      now: () => 0,
      elapsed,
    },
    { file, speed },
  )
  const player: Player = {
    provider,
    said,
    gate: undefined,
    played: () => structuredClone(provider.recorded!.played),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  }
  return player
}

/** Plays until so many are emitted. @returns how far it has come. */
async function playedTo(file: string, count: number, symbols = ['BTC-USDT', 'ETH-USDT']): Promise<Played> {
  await using player = play(file)
  const emitted = () => player.said.filter((one) => typeof one === 'number').length
  const { promise, resolve } = Promise.withResolvers<void>()
  const emit = player.said.push.bind(player.said)
  player.said.push = (...more) => {
    const length = emit(...more)
    if (emitted() === count) player.gate = promise
    return length
  }
  player.provider.subscribe(symbols)
  await player.provider.start()
  await until(() => emitted() === count)
  const played = player.played()
  resolve()
  return played
}

test('it emits what was not emitted, and the market is told of the rest that was asked for', async () => {
  await using at = await folder()
  const file = await written(at, csv(9))
  const played = await playedTo(file, 4)
  expect(played).toEqual({
    position: 5,
    symbols: [
      ['BTC-USDT', 0],
      ['ETH-USDT', 0],
    ],
    last: { timeMs: BEGIN_MS + 4000, type: 'Trade', symbol: 'ETH-USDT', digest: expect.stringMatching(/^sha256:/) },
    isOver: false,
  })
  await using player = play(file)
  player.provider.recorded!.goOnFrom(JSON.parse(JSON.stringify(played)))
  await player.provider.start()
  await until(() => player.provider.state === 'finished')
  expect(player.said).toEqual(['running', 'seen 1', 'seen 2', 'seen 4', 'seen 5', 'arrived', 7, 8, 'ended', 'finished'])
  expect([player.played().position, player.played().isOver]).toEqual([9, true])
})

test('of a symbol that was asked for later, the market is told from there on', async () => {
  await using at = await folder()
  const file = await written(at, csv(9))
  const played = await playedTo(file, 2, ['ETH-USDT'])
  await using player = play(file)
  player.provider.recorded!.goOnFrom(played)
  player.provider.subscribe(['BTC-USDT'])
  expect(player.played().symbols).toEqual([
    ['ETH-USDT', 0],
    ['BTC-USDT', 5],
  ])
  await player.provider.start()
  await until(() => player.provider.state === 'finished')
  expect(player.said.slice(1, -2)).toEqual(['seen 2', 'seen 5', 'arrived', 7, 8])
})

test('one that is over stays so, whatever has become of its files; started again, it begins at the beginning', async () => {
  await using at = await folder()
  const file = await written(at, csv(3))
  const played = { ...(await playedTo(file, 2)), position: 3, isOver: true }
  await using player = play(file)
  player.provider.recorded!.goOnFrom(played)
  await player.provider.start()
  expect(player.said).toEqual(['finished'])
  await player.provider.start()
  await until(() => player.said.length > 4)
  expect(player.said).toEqual(['finished', 'running', 1, 2, 'ended', 'finished'])
})

test.each([
  ['the last event', csv(9, (n) => (n === 4 ? 77 : n + 1)), /event 5 was a Trade of ETH-USDT at .*, and is a Trade/],
  [
    'what is before it',
    csv(9).replace(/\n.*\n/, '\n'),
    /event 5 was a Trade of ETH-USDT at .*:04.* is a Trade of SOL-/,
  ],
  ['the length', csv(4), /5 events were played, and there are 4 now/],
])('files of which %s is another one are refused, and nothing of them is emitted', async (_, text, reason) => {
  await using at = await folder()
  const played = await playedTo(await written(at, csv(9)), 4)
  await using player = play(await written(at, text))
  player.provider.recorded!.goOnFrom(played)
  await player.provider.start()
  await until(() => player.provider.state === 'failed')
  expect(player.provider.reason).toMatch(reason)
  expect(player.provider.reason).toContain('start the provider: it begins at the beginning then')
  expect(player.said.filter((one) => typeof one === 'number' || one === 'arrived')).toEqual([])
  await player.provider.start()
  await until(() => player.provider.state === 'finished')
})

test('at a pace its clock goes on from the last event', async () => {
  await using at = await folder()
  const file = await written(at, csv(7))
  const played = await playedTo(file, 3)
  expect(played.position).toBe(4)
  let now = 5000
  await using player = play(file, { speed: 1000, elapsed: () => now })
  player.provider.recorded!.goOnFrom(played)
  await player.provider.start()
  await until(() => player.said.includes('arrived'))
  now = 5001
  await until(() => player.said.includes(5))
  expect(player.said).not.toContain(7)
  now = 5003
  await until(() => player.provider.state === 'finished')
})
