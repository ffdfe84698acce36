/** What a host's clocks decide, and what happens the same when these decisions are repeated. */
export interface Chances {
  /** What was decided is decided again: nobody decides anything now. */
  readonly isRepeating: boolean
  /**
   * An instance is about to be given a part of what waits for it.
   * @param whole the most that it may be given at once.
   * @param cut how much it would be given now.
   */
  portion(number: number, whole: Uint8Array, cut: () => Uint8Array): Uint8Array
  /** Its state is about to be looked at, in a turn for that. */
  saved(number: number): void
  /** Market data that waits for it is about to be left out. @param nowMs of the gateway's clock. */
  relieved(number: number, nowMs: number): void
  /** @returns when, ms since 1970. */
  slept(number: number): number
  woke(number: number): void
  /** The time while it handles no event, ms since 1970. */
  now(number: number): number
  /** Whether a line of it can be on its way. @param hasRoom whether it can be now. */
  admits(number: number, hasRoom: () => boolean): boolean
}
