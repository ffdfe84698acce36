/** How many events an instance gets now: counted from one look at it to the next. */
import { type Fleet, type FleetMember, perSecond } from '../operate/fleet'

export class Rates {
  private before: { readonly events: Fleet['events']; readonly atMs: number } | undefined

  /** The members, each with its present rate; its average at the first look, and after a start. @param nowMs of any clock. */
  of({ members, events }: Fleet, nowMs: number): FleetMember[] {
    const { before } = this
    this.before = { events, atMs: nowMs }
    if (!before) return [...members]
    return members.map((member) => {
      const counted = (events.get(member.id) ?? 0) - (before.events.get(member.id) ?? Number.POSITIVE_INFINITY)
      if (counted < 0 || member.state !== 'running') return member
      return { ...member, eventsPerSecond: perSecond(counted, nowMs - before.atMs) }
    })
  }
}
