/** What a contract suite does not ask of one of those that it holds to the contract. */
import { test } from 'bun:test'

/** @param reason why this one does not make the promise; scripts/test.ts knows it by its form. */
export function skipped(promise: string, reason: string): void {
  test.skip(`${promise} (skipped: ${reason})`, () => undefined)
}
