/**
 * The windows of a walk-forward test: a strategy is fitted in one, tested in the next, and both move on by the length of the
 * test. Source: Pardo 2008, "The Evaluation and Optimization of Trading Strategies", chapter 11.
 */
import { Failure } from '../../errors/failure'

export interface WalkForwardPlan {
  readonly trainMs: number
  readonly testMs: number
  /** Every training begins with the data, and grows. */
  readonly anchored: boolean
}

/** Times in ms since 1970; the end belongs to what comes next. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export interface WalkForwardWindow {
  readonly train: Span
  /** It follows the training. The last one is shorter where the data end within it. */
  readonly test: Span
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const
const LENGTH = /^(train|test)=([1-9]\d{0,8})([mhdw])$/
const EXAMPLE = 'write it as train=90d,test=30d or train=90d,test=30d,anchored; units are m, h, d and w'
/** More searches than anybody waits for. */
const MOST_WINDOWS = 10_000

/** @param text as `train=90d,test=30d,anchored`. @throws Failure usage. */
export function parseWalkForward(text: string): WalkForwardPlan {
  const lengths = new Map<string, number>()
  let anchored = false
  for (const part of text.split(',')) {
    const [, name, count, unit] = LENGTH.exec(part.trim()) ?? []
    if (part.trim() === 'anchored' && !anchored) anchored = true
    else if (name === undefined || lengths.has(name))
      throw new Failure('usage', `--walk-forward has ${JSON.stringify(part.trim())}`, {}, EXAMPLE)
    else lengths.set(name, Number(count) * UNITS[unit as keyof typeof UNITS])
  }
  const [trainMs, testMs] = [lengths.get('train'), lengths.get('test')]
  if (trainMs === undefined || testMs === undefined)
    throw new Failure('usage', `--walk-forward names no ${trainMs === undefined ? 'train' : 'test'}`, {}, EXAMPLE)
  return { trainMs, testMs, anchored }
}

/** @param data from the first event to behind the last one. @throws Failure usage when no test fits into them. */
export function windowsOf({ trainMs, testMs, anchored }: WalkForwardPlan, data: Span): WalkForwardWindow[] {
  const windows: WalkForwardWindow[] = []
  // Where the lengths are whole days the windows begin with days, so that no day has two returns.
  const unit = [UNITS.d, UNITS.h, UNITS.m].find((one) => trainMs % one === 0 && testMs % one === 0)!
  const first = Math.ceil((data.fromMs + trainMs) / unit) * unit
  for (let testFrom = first; testFrom < data.toMs; testFrom += testMs) {
    windows.push({
      train: { fromMs: anchored ? data.fromMs : testFrom - trainMs, toMs: testFrom },
      test: { fromMs: testFrom, toMs: Math.min(testFrom + testMs, data.toMs) },
    })
    if (windows.length > MOST_WINDOWS)
      throw new Failure('usage', `--walk-forward makes more than ${MOST_WINDOWS} windows`, {}, 'make test= longer')
  }
  if (windows.length > 0) return windows
  const covered = [data.fromMs, data.toMs - 1].map((ms) => new Date(ms).toISOString()).join(' to ')
  throw new Failure(
    'usage',
    `the data cover ${covered}, and the first training takes all of them`,
    {},
    'make train= shorter',
  )
}
