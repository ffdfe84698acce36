/** How far an instance has come since it was launched. */
export interface InstanceProgress {
  /** What its hosts know it by. */
  readonly number: number
  /** Which of the hosts it runs in, from 0 on; -1: what that one is told is not kept. */
  readonly slot: number
  /** In its client order ids. */
  readonly startMs: number
  /** How often another program has taken its place. */
  readonly rolls: number
  /** What it did, as far as its listener was told. */
  readonly acts: number
  readonly lines: number
  /** Out of its handlers, since its program began. */
  readonly exceptions: number
  /** Market events that were left out before they came to its host. */
  readonly left: number
  /** How many of these have left their place to a newer one. */
  readonly leftForNewer: number
}
