/** Hours in which somebody is told of nothing but what is critical. */
import type { QuietHours } from '../schema/alert-settings'

/** The time of day there, as 22:05; of a day with a change of clocks as its clocks show it. */
const clockOf = (timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** @returns whether it is quiet at a time, ms since 1970. */
export function quietAt({ from, to, timeZone }: QuietHours): (timeMs: number) => boolean {
  const clock = clockOf(timeZone)
  return (timeMs) => {
    const now = clock.format(timeMs)
    return from < to ? from <= now && now < to : from <= now || now < to
  }
}
