/** What every adapter's providers promise, whatever they make their events of. */
import { describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../../src/errors/failure'
import type { Adapter, Provider, ProviderState } from '../../src/market/provider'
import { type MarketEvent, PAYLOADS } from '../../src/schema/events'
import { skipped } from '../skipped'
import { until } from '../until'
import { written } from './folder'

type Config = Readonly<Record<string, unknown>>

/** What the suite has to know of an adapter. A promise that it cannot make is skipped, with the reason in its place. */
export interface ProviderEntry {
  /** Two symbols that it serves. */
  readonly symbols: readonly [string, string]
  /** Symbols that it does not. */
  readonly unknown: readonly string[]
  /** Both symbols, each event when the one before is handled, to an end of its own. */
  readonly finite: Config
  /** The same with so many events that no test sees their end. */
  readonly endless: Config
  /** Every setting that can be wrong by more than its type. */
  readonly wrong: Config
  /** What it cannot start with, what its reason says, and what puts it right. */
  readonly failing: Skipped | { readonly config: Config; readonly reason: string; mend(): Promise<void> }
  /** From its first event on, when it is started after its end. */
  readonly anew: Skipped | true
}

interface Skipped {
  readonly skipped: string
}

const START_MS = Date.UTC(2024, 0, 1)
const NAME = 'market'

interface Player extends AsyncDisposable {
  readonly provider: Provider
  readonly events: MarketEvent[]
  /** How many events each call of `emit` had. */
  readonly batches: number[]
  /** The states that were told. */
  readonly told: ProviderState[]
  readonly entered: (...states: ProviderState[]) => Promise<void>
}

interface Handling {
  readonly drained?: () => Promise<void>
  /** When each batch was taken. */
  readonly handle?: (provider: Provider) => void
  readonly changed?: (provider: Provider) => void
}

const turn = () => new Promise<void>((resume) => setImmediate(resume))
/** The rest of the process has had its turn so often, timers too, that whatever was due is done. */
const quiet = async () => {
  for (let i = 0; i < 8; i++) {
    await turn()
    await new Promise((resume) => setTimeout(resume, 1))
  }
}

function play(adapter: Adapter, config: Config, { drained = turn, handle, changed }: Handling = {}): Player {
  const events: MarketEvent[] = []
  const batches: number[] = []
  const told: ProviderState[] = []
  const provider: Provider = adapter.create(
    {
      name: NAME,
      emit: (batch) => {
        // As they are now, in case somebody changes them later.
        events.push(...batch.map((event) => structuredClone(written(event))))
        batches.push(batch.length)
        handle?.(provider)
      },
      drained,
      changed: () => {
        told.push(provider.state)
        changed?.(provider)
      },
      now: () => START_MS,
      elapsed: () => 0,
    },
    config,
  )
  const entered = (...states: ProviderState[]) => until(() => states.includes(provider.state))
  return { provider, events, batches, told, entered, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() }
}

/** As whoever is about to subscribe asks. */
async function ask(provider: Provider, symbols: readonly string[]): Promise<void> {
  for (const symbol of symbols) provider.instrument(symbol)
  await provider.serves?.(symbols)
}

async function failureOf(work: () => unknown): Promise<Failure> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
    return error as Failure
  }
  throw new Error('it was not refused')
}

/** A promise that is tested, or skipped with its reason. */
function promise<T extends object>(name: string, given: T | Skipped | true, body: (given: T) => Promise<void>): void {
  if (given !== true && 'skipped' in given) skipped(name, given.skipped)
  else test(name, () => body(given as T))
}

export function providerContract(adapter: Adapter, entry: ProviderEntry): void {
  const { symbols, unknown, finite, endless, wrong, failing, anew } = entry
  const [first, second] = symbols

  /** From its start to its end. */
  async function whole(handling: Handling = {}): Promise<Player> {
    const player = play(adapter, finite, handling)
    player.provider.subscribe(symbols)
    await player.provider.start()
    await player.entered('finished', 'failed')
    return player
  }

  describe(`a provider of ${adapter.identifier}`, () => {
    if (adapter.recorded) test('is one that can say it all again, for it is recorded', () => expect(anew).toBe(true))

    test('is stopped when it is made, and says nothing before it is started', async () => {
      await using player = play(adapter, finite)
      player.provider.subscribe(symbols)
      await quiet()
      const { name, adapter: identifier, state } = player.provider
      expect([name, identifier, state]).toEqual([NAME, adapter.identifier, 'stopped'])
      expect([player.events, player.told]).toEqual([[], []])
    })

    test('tells its states once each, and nothing behind its end', async () => {
      await using player = await whole()
      const count = player.events.length
      expect(count).toBeGreaterThan(10)
      await quiet()
      await player.provider.stop()
      expect([player.told, player.provider.state, player.events.length]).toEqual([
        ['running', 'finished'],
        'finished',
        count,
      ])
    })

    test('started several times at once, and while it runs, it runs once', async () => {
      await using once = await whole()
      await using player = play(adapter, finite)
      const { provider } = player
      provider.subscribe(symbols)
      await Promise.all([provider.start(), provider.start(), provider.start()])
      await provider.start()
      await player.entered('finished', 'failed')
      await quiet()
      expect([player.told, player.events]).toEqual([['running', 'finished'], once.events])
    })

    test('stopped before it was started it stays stopped, and tells nothing', async () => {
      await using player = play(adapter, endless)
      await player.provider.stop()
      await player.provider.stop()
      expect([player.provider.state, player.told]).toEqual(['stopped', []])
    })

    test('a stop holds that comes while it starts, and a start that comes while it stops', async () => {
      await using player = play(adapter, endless)
      const { provider } = player
      provider.subscribe(symbols)
      await Promise.all([provider.start(), provider.stop()])
      const count = player.events.length
      await quiet()
      expect([provider.state, player.events.length]).toEqual(['stopped', count])
      await provider.start()
      await Promise.all([provider.stop(), provider.start()])
      expect(provider.state).toBe('running')
      const before = player.events.length
      await until(() => player.events.length > before)
      await Promise.all([provider.stop(), provider.start(), provider.stop()])
      const last = player.events.length
      await quiet()
      expect([provider.state, player.events.length]).toEqual(['stopped', last])
    })

    test('says nothing behind a stop, and goes on when it is started again', async () => {
      await using player = play(adapter, endless)
      const { provider } = player
      provider.subscribe(symbols)
      for (const run of [1, 2]) {
        const before = player.events.length
        await provider.start()
        await until(() => player.events.length > before + 3)
        const stopped = provider.stop()
        const count = player.events.length
        await stopped
        await provider.stop()
        await quiet()
        expect([provider.state, player.events.length]).toEqual(['stopped', count])
        expect(player.told).toEqual(Array.from({ length: run }, () => ['running', 'stopped'] as const).flat())
      }
    })

    test('is stopped by whoever handles its event or its state, and says nothing more', async () => {
      for (const config of [finite, endless]) {
        await using player = play(adapter, config, { handle: (provider) => void provider.stop() })
        player.provider.subscribe(symbols)
        await player.provider.start()
        await player.entered('stopped')
        await quiet()
        expect([player.told, player.batches.length]).toEqual([['running', 'stopped'], 1])
      }
      await using player = play(adapter, endless, {
        changed: (provider) => void (provider.state === 'running' && provider.stop()),
      })
      await player.provider.start()
      await quiet()
      expect([player.told, player.events]).toEqual([['running', 'stopped'], []])
    })

    test('stopped while its event is not handled it waits no longer', async () => {
      await using player = play(adapter, endless, { drained: () => new Promise(() => undefined) })
      player.provider.subscribe(symbols)
      await player.provider.start()
      await until(() => player.events.length > 0)
      await player.provider.stop()
      expect(player.provider.state).toBe('stopped')
    })

    const states: Readonly<Record<string, (player: Player) => unknown>> = {
      'that was never started': () => undefined,
      'that starts': ({ provider }) => void provider.start(),
      'that runs': ({ provider }) => provider.start(),
      'that waits for its events to be handled': async ({ provider, events }) => {
        await provider.start()
        await until(() => events.length > 0)
      },
      'that is stopped': async ({ provider }) => {
        await provider.start()
        await provider.stop()
      },
      'that has finished': async ({ provider, entered }) => {
        await provider.start()
        await entered('finished')
      },
    }
    test.each(Object.keys(states))('%s, disposed of, says nothing more and is not started again', async (state) => {
      const player = play(adapter, state.endsWith('finished') ? finite : endless)
      player.provider.subscribe(symbols)
      await states[state]!(player)
      await player.provider[Symbol.asyncDispose]()
      const [count, told] = [player.events.length, player.told.length]
      await player.provider[Symbol.asyncDispose]()
      await player.provider.start()
      await quiet()
      expect([player.events.length, player.told.length]).toEqual([count, told])
      expect(player.provider.state).not.toBe('running')
    })

    test('its events are numbered, in the order of time, of its name, and as their schema says', async () => {
      const { events } = await whole()
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1))
      expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
      expect(new Set(events.map(({ provider }) => provider))).toEqual(new Set([NAME]))
      expect(events.map(({ timeMs }) => timeMs)).toEqual(events.map(({ timeMs }) => timeMs).toSorted((a, b) => a - b))
      expect(new Set(events.map(({ symbol }) => symbol))).toEqual(new Set(symbols))
      for (const { type, payload } of events) expect([type, ...Value.Errors(PAYLOADS[type], payload)]).toEqual([type])
    })

    const goesOn = adapter.recorded ? { skipped: 'it is recorded: it begins anew, with the same numbers' } : true
    promise('stopped and started again, it says no number twice', goesOn, async () => {
      await using player = play(adapter, endless)
      const { provider, events } = player
      provider.subscribe(symbols)
      for (let run = 0; run < 3; run++) {
        const before = events.length
        await provider.start()
        await until(() => events.length > before)
        await provider.stop()
      }
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1))
      expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
    })

    test('says nothing of symbols that nobody subscribed to', async () => {
      await using player = play(adapter, finite)
      player.provider.subscribe([second])
      await player.provider.start()
      await player.entered('finished')
      expect(new Set(player.events.map(({ symbol }) => symbol))).toEqual(new Set([second]))
      expect(player.provider.symbols).toEqual([second])
    })

    test('a symbol that is subscribed to while it runs joins in, once', async () => {
      await using player = play(adapter, endless)
      const { provider, events } = player
      const of = (symbol: string) => events.filter((event) => event.symbol === symbol).length
      await provider.start()
      await quiet()
      expect(events).toEqual([])
      provider.subscribe([first])
      await until(() => of(first) > 0)
      expect(of(second)).toBe(0)
      provider.subscribe([first, second])
      provider.subscribe([second])
      await until(() => of(second) > 0)
      await provider.stop()
      expect(provider.symbols).toEqual([first, second])
      expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
    })

    test('tells the rules of the symbols that it serves', async () => {
      await using player = play(adapter, finite)
      await player.provider.verify?.()
      await ask(player.provider, symbols)
      for (const symbol of symbols) {
        const rules = player.provider.instrument(symbol)
        expect([...Value.Errors(PAYLOADS.InstrumentUpdate, { instrument: rules })]).toEqual([])
        expect([rules.symbol, `${rules.baseCurrency}-${rules.quoteCurrency}`]).toEqual([symbol, symbol])
      }
      expect([player.provider.symbols, player.told]).toEqual([[], []])
    })

    test.each(unknown)('refuses the symbol %p, alone and beside one that it has', async (symbol) => {
      await using player = play(adapter, finite)
      for (const asked of [[symbol], [first, symbol]]) {
        const failure = await failureOf(() => ask(player.provider, asked))
        expect([failure.code, failure.hint.length > 0]).toEqual(['symbol_refused', true])
        expect(failure.message).toContain(symbol)
      }
      expect([player.provider.symbols, player.provider.state, player.told]).toEqual([[], 'stopped', []])
    })

    test('that loses none of its events emits no more until the last ones are handled', async () => {
      const handled: (() => void)[] = []
      await using player = play(adapter, endless, { drained: () => new Promise((resolve) => handled.push(resolve)) })
      const { provider, batches } = player
      expect(provider.lossless).toBe(true)
      provider.subscribe(symbols)
      await provider.start()
      for (const count of [1, 2, 3]) {
        await until(() => handled.length === count)
        await quiet()
        expect([batches.length, handled.length, provider.state]).toEqual([count, count, 'running'])
        if (provider.inTurn) expect(batches.at(-1)).toBe(1)
        handled.at(-1)!()
      }
    })

    test('says the same again, byte for byte, where the settings and the clock are the same', async () => {
      await using one = await whole()
      const slowly = async () => {
        await turn()
        await turn()
      }
      await using other = await whole({ drained: slowly })
      expect(JSON.stringify(other.events)).toBe(JSON.stringify(one.events))
    })

    promise('started after its end it says all of it again', anew, async () => {
      await using player = await whole()
      const once = JSON.stringify(player.events)
      player.events.length = 0
      await player.provider.start()
      await player.entered('finished')
      expect(JSON.stringify(player.events)).toBe(once)
      expect(player.told).toEqual(['running', 'finished', 'running', 'finished'])
    })

    promise('says why it cannot start, once a start, and starts when that is mended', failing, async (given) => {
      await using player = play(adapter, given.config)
      const { provider, told } = player
      provider.subscribe(symbols)
      for (const count of [1, 2]) {
        await provider.start()
        await player.entered('failed')
        expect(told.filter((state) => state === 'failed')).toHaveLength(count)
        expect(provider.reason).toContain(given.reason)
        await provider.stop()
        expect([provider.state, player.events]).toEqual(['failed', []])
      }
      await given.mend()
      await provider.start()
      await player.entered('finished')
      expect([provider.state, provider.reason]).toEqual(['finished', undefined])
    })

    test('is not made of wrong settings, and all of them are named at once', async () => {
      const ofNoType = Object.fromEntries(adapter.settings.map(({ name }) => [name, {}]))
      for (const config of [ofNoType, wrong]) {
        const failure = await failureOf(() => play(adapter, { ...config, colour: 'red' }))
        const named = (failure.details.problems as { path: string }[]).map(({ path }) => path)
        expect([failure.code, named.toSorted()]).toEqual([
          'invalid_provider',
          ['colour', ...Object.keys(config)].toSorted(),
        ])
        for (const name of ['colour', ...Object.keys(config)]) expect(failure.message).toContain(`"${name}"`)
      }
    })

    const required = adapter.settings.filter(({ required }) => required).map(({ name }) => name)
    promise(
      'is not made without the settings that it needs',
      required.length === 0 ? { skipped: 'it needs none' } : true,
      async () => {
        const failure = await failureOf(() => play(adapter, {}))
        expect(failure.details.problems).toEqual(required.map((path) => ({ path, message: 'is missing' })))
      },
    )

    const secrets = adapter.settings.filter(({ secret }) => secret).map(({ name }) => name)
    promise(
      'tells none of its secrets',
      secrets.length === 0 ? { skipped: 'none of its settings is secret' } : true,
      async () => {
        const config = Object.fromEntries(secrets.map((name) => [name, `hush-${name}`]))
        await using player = play(adapter, { ...finite, ...config })
        player.provider.subscribe(symbols)
        await player.provider.start()
        await player.entered('finished', 'failed')
        const { name, reason, state } = player.provider
        expect(JSON.stringify([name, reason, state, player.provider.symbols, player.events])).not.toContain('hush-')
        const failure = await failureOf(() => play(adapter, { ...config, colour: 'red' }))
        expect(JSON.stringify([failure.message, failure.hint, failure.details])).not.toContain('hush-')
      },
    )
  })
}
