/** Does a run again, with what the host had: the same residents, and the same repetition as after a host's death. */
import { breathe } from '../../files/breathe'
import type { LaunchOrder } from '../../protocol/launch'
import type { Engine } from '../../sandbox/engine'
import type { HandlerName } from '../../sandbox/layout'
import { WordTable } from '../../sandbox/words'
import { GatewayClock } from '../../sandbox-host/gateway-clock'
import type { Chances } from '../../sandbox-host/inputs/chances'
import { Differs } from '../../sandbox-host/inputs/courses'
import { Repetition } from '../../sandbox-host/inputs/repetition'
import type { InstanceDeps, Outgoing, Time } from '../../sandbox-host/instance-deps'
import { Residents } from '../../sandbox-host/residents'
import { idPrefix } from '../../trading/session/order-entry'
import type { ArchiveHead } from '../archive'
import { beginningBlocks, type RecordedRun } from './archived-run'
import type { StoryTeller } from './story'
import { HandlerWatch } from './watched-host'

export interface RerunDeps {
  readonly engine: Engine
  readonly head: ArchiveHead
  readonly teller: StoryTeller
  /** Counts up evenly, ms. */
  readonly clock: () => number
}

export interface Ran {
  /** Events that it was given. */
  readonly events: number
  /** Those of them that a handler of its was called for. */
  readonly handled: number
  /** What the ids of its orders begin with, and how many of them there were before. */
  readonly prefixes: ReadonlyMap<string, number>
}

/** @throws Differs, Error where it comes to something else. */
export async function rerun(run: RecordedRun, deps: RerunDeps): Promise<Ran> {
  const { number } = run
  const words = new WordTable()
  const watch = new HandlerWatch(words, deps.teller, () => residents.get(number)?.started.handlers ?? handlers)
  const prefixes = new Map<string, number>()
  const begun = run.begins ? run.begins.state.session.orders + run.begins.state.session.skipped : 0
  const launched = ({ spec, startMs }: LaunchOrder) =>
    void prefixes.set(idPrefix(spec.instanceId, startMs), prefixes.size === 0 ? begun : 0)
  const time: Partial<Time> = {}
  /** Those of one that has ended by itself. */
  let handlers: readonly HandlerName[] = []
  const residents: Residents = new Residents(
    hostDeps({ ...deps, words, watch, launched, ends: run.ends, time: time as Time }, () => {
      handlers = residents.get(number)?.started.handlers ?? []
      repetition.failed(number)
      residents.forget(number)
    }),
    () => undefined,
  )
  const repetition: Repetition = new Repetition({
    residents,
    words,
    keep: [{ number, instanceId: run.instanceId, rolls: Number.MAX_SAFE_INTEGER, acts: 0, lines: 0 }],
    checkpoint: () => run.begins,
    begun: () => undefined,
    launchedAt: () => undefined,
    breath: breathe,
    missing: () => 'it was never launched',
    differs: () => '',
    clock: deps.clock,
    cpu: deps.clock,
    live: BEYOND,
  })
  time.turns = repetition
  time.chances = watching(repetition, watch)
  await repetition.of([...beginningBlocks(run), ...run.blocks])
  const [lost] = repetition.lost
  if (lost) throw new Differs(lost.reason)
  return { ...watch.end(), prefixes }
}

/** Whose handler is at work when the log ends goes no further than the log. */
const BEYOND: Chances = {
  isRepeating: true,
  portion: (_, whole) => whole,
  saved: () => undefined,
  relieved: () => undefined,
  slept: () => 0,
  woke: () => undefined,
  now: () => 0,
  admits: () => true,
}

const watching = (repetition: Repetition, watch: HandlerWatch): Chances => ({
  isRepeating: true,
  portion(number, whole) {
    const portion = repetition.portion(number, whole)
    watch.delivering(portion)
    return portion
  },
  saved: () => repetition.saved(),
  relieved: () => repetition.relieved(),
  slept: (number) => repetition.slept(number),
  woke: (number) => repetition.woke(number),
  now: (number) => repetition.now(number),
  admits: (number, hasRoom) => repetition.admits(number, hasRoom),
})

interface HostDeps extends RerunDeps {
  readonly words: WordTable
  readonly watch: HandlerWatch
  readonly time: Time
  readonly launched: (launch: LaunchOrder) => void
  /** See `ArchivedRun`. */
  readonly ends?: RecordedRun['ends']
}

/** @param over called when the instance has failed. */
export function hostDeps(
  { engine, head, teller, clock, words, watch, time, launched, ends }: HostDeps,
  over: () => void,
): InstanceDeps {
  const most = ends ?? { acts: Infinity, lines: Infinity }
  const send: Outgoing = {
    acts(_, first, acts) {
      for (const act of acts.slice(0, Math.max(0, most.acts - first))) teller.acted(act, watch)
    },
    handled: () => undefined,
    state: () => undefined,
    failed(_, reason) {
      over()
      teller.failed(reason)
    },
  }
  return {
    engine,
    words,
    time,
    load: { waiting: 0 },
    unsettled: new Set(),
    maxWaiting: head.maxWaiting,
    maxWaitingBytes: head.maxWaitingBytes,
    gatewayClock: new GatewayClock(clock),
    running: () => undefined,
    lines: (_, told) => ({
      hasRoom: () => true,
      send(line, timeMs) {
        if (told.lines++ < most.lines) teller.logged({ ...line, timeMs })
      },
    }),
    send,
    watched(host, launch) {
      launched(launch)
      return watch.over(host)
    },
    counted: () => undefined,
  }
}
