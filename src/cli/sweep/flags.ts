/** What `meltica sweep` is told, beside what every run is. */
import { InvalidArgumentError } from 'commander'
import type { FigureName } from '../../backtest/statistics/figures'
import type { Decides } from '../../backtest/sweep/journal-head'
import type { Opened } from '../../backtest/sweep/messages'
import type { Sampling } from '../../backtest/sweep/sampling'
import { Failure } from '../../errors/failure'
import { BUILD } from '../build'
import type { RunFlags } from '../run/flags'

/** `--set` as it was given, in its order. */
export type SweepSet = readonly (readonly [name: string, written: string])[]

export interface SweepFlags extends Omit<RunFlags, 'set'> {
  readonly set?: SweepSet
  readonly random?: number
  readonly sobol?: number
  readonly jobs: number
  readonly objective: FigureName
  readonly runs?: string
  readonly csv?: string
  readonly report?: string
  readonly resume?: boolean
  readonly yes?: boolean
  /** As `parseWalkForward` takes it. */
  readonly walkForward?: string
  /** MB of each process. */
  readonly cacheMb?: number
}

/** Gathers `--set key=values`, given once or several times. */
export function sweepSetting(text: string, before: SweepSet = []): SweepSet {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('write key=value, key=from:to:step or key=a,b,c.')
  return [...before, [text.slice(0, at), text.slice(at + 1)]]
}

/** @throws Failure usage for two ways at once. */
export function samplingOf({ random, sobol, seed }: SweepFlags): Sampling {
  if (random !== undefined && sobol !== undefined)
    throw new Failure('usage', '--random and --sobol are two ways to choose runs: name one of them')
  if (random !== undefined) return { kind: 'random', runs: random, seed }
  return sobol === undefined ? { kind: 'grid' } : { kind: 'sobol', runs: sobol }
}

/** Those of a single run. */
export function runFlagsOf(flags: SweepFlags): Omit<RunFlags, 'set'> {
  const {
    set: _,
    random: _r,
    sobol: _s,
    jobs: _j,
    objective: _o,
    runs,
    csv,
    report,
    resume,
    yes,
    walkForward,
    cacheMb,
    ...run
  } = flags
  return run
}

/** All that decides what the runs of a sweep come to, and which they are. */
export function decidesOf(flags: SweepFlags, { strategy, engine, data, rules }: Opened): Decides {
  const { data: _, strategies: __, ...run } = runFlagsOf(flags)
  const options = Object.entries(run).map(([name, value]) => [optionOf(name), value] as const)
  return {
    program: BUILD,
    engine,
    'the strategy': strategy.hash,
    // a file may have moved: what is in it decides
    ...Object.fromEntries(data.map(({ file: _, ...source }, at) => [`file ${at + 1} of --data`, source])),
    ...(rules !== undefined && { 'what is in the file of --rules': rules }),
    '--set': (flags.set ?? []).map((pair) => pair.join('=')),
    'the choice of runs': samplingOf(flags),
    ...(flags.walkForward && { '--walk-forward': flags.walkForward, '--objective': flags.objective }),
    ...Object.fromEntries(options.sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

const optionOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
