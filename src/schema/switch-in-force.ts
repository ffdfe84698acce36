/** Which of the kill switches that are set binds an instance. Pure. */
import type { KillSwitch, SwitchMode } from './risk'

const HARDNESS: Readonly<Record<SwitchMode, number>> = { reduce: 1, close: 2, kill: 3 }

/** @returns the hardest of its own, of everything, and of a provider where it trades; undefined where none binds it. */
export function switchInForce(
  switches: readonly KillSwitch[],
  instance: { readonly id: string; readonly providers: readonly string[] },
): SwitchMode | undefined {
  return switches
    .filter(({ scope, subject = '' }) => {
      if (scope === 'instance') return subject === instance.id
      return scope === 'all' || instance.providers.includes(subject)
    })
    .map(({ mode }) => mode)
    .toSorted((one, other) => HARDNESS[other] - HARDNESS[one])[0]
}
