/**
 * How lively a made-up market is from step to step: quiet and lively spells of several lengths lie over each other, so
 * that large moves follow large ones over many scales; now and then comes a burst, so that single minutes stand out;
 * and a day has its busy hours. Its variance is 1 in the long run.
 */
import type { Random } from './random'

interface Spell {
  /** How long one lasts on average, ms of market time. */
  readonly meanMs: number
  /** How often a spell is a lively one. */
  readonly share: number
  /** Times the variance while it is lively; while it is quiet as much less as makes the mean 1. */
  readonly lively: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const SPELLS: readonly Spell[] = [
  { meanMs: 10_000, share: 0.0025, lively: 60 },
  { meanMs: 10 * MINUTE_MS, share: 0.5, lively: 1.35 },
  { meanMs: HOUR_MS, share: 0.5, lively: 1.35 },
  { meanMs: 6 * HOUR_MS, share: 0.5, lively: 1.35 },
]
/** Variance by hour of a day that begins with the market; the mean is 1. */
const HOURS = [
  0.9, 0.8, 0.75, 0.7, 0.65, 0.65, 0.7, 0.8, 0.95, 1, 1, 1, 1.1, 1.4, 1.5, 1.5, 1.4, 1.35, 1.2, 1.1, 1, 0.95, 0.8, 0.8,
]

/** @returns the deviation of the next step, times that of a usual one. Only what IEEE 754 rounds exactly is used. */
export function spells(draw: Random, stepMs: number): () => number {
  const states = SPELLS.map((spell) => ({ ...spell, variance: 1, left: 0 }))
  const stepsOf = (ms: number) => Math.max(1, Math.round(ms / stepMs))
  const hourSteps = stepsOf(HOUR_MS)
  let hour = -1
  let hourLeft = 0
  /** Steps until something changes. */
  let quiet = 0
  let passed = 0
  let deviation = 1

  function change(): void {
    hourLeft -= passed
    if (hourLeft <= 0) {
      hour = (hour + 1) % HOURS.length
      hourLeft = hourSteps
    }
    quiet = hourLeft
    let variance = HOURS[hour]!
    for (const state of states) {
      state.left -= passed
      if (state.left <= 0) {
        const { share, lively } = state
        state.variance = draw() < share ? lively : (1 - share * lively) / (1 - share)
        state.left = stepsOf(state.meanMs * (0.5 + draw()))
      }
      quiet = Math.min(quiet, state.left)
      variance *= state.variance
    }
    passed = quiet
    deviation = Math.sqrt(variance)
  }

  return () => {
    if (quiet === 0) change()
    quiet--
    return deviation
  }
}
