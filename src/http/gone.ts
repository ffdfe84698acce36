/** Calls of the Go gateway that have no counterpart here, and what to call instead. */

const OUTBOX =
  'there is no outbox: what is answered is on the disk. GET /strategy/instances/{id}/orders, …/executions and /audit list it; docs/migration.md compares the calls'

/** @param path of a request. @returns what to do in place of a call that is gone. */
export const insteadOf = (path: string): string | undefined => (/^\/outbox(\/|$)/.test(path) ? OUTBOX : undefined)
