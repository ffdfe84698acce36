/** Why a message did not arrive; it is tried again. */
export class Undelivered extends Error {
  /** @param waitMs not to be tried again before. */
  constructor(
    message: string,
    readonly waitMs = 0,
  ) {
    super(message)
  }
}
