/** What comes of a file: it is read, or refused in words. */
import { expect } from 'bun:test'
import { Failure } from '../../../src/errors/failure'
import type { DataOptions } from '../../../src/market/files/open'
import { folder, readData } from '../folder'

/** Where a file may end too early: everywhere near its ends, and here and there between them. */
export function placesIn(length: number): number[] {
  const near = Math.min(24, length - 1)
  const spread = Array.from({ length: 24 }, (_, i) => Math.floor((length * (i + 1)) / 25))
  const ends = Array.from({ length: near }, (_, i) => [i + 1, length - 1 - i]).flat()
  return [...new Set([...spread, ...ends])].filter((place) => place > 0 && place < length).sort((a, b) => a - b)
}

export const MANY = 1200
export const START_MS = Date.UTC(2024, 0, 8)

/** Trades, each a millisecond after the one before. */
export function many(count = MANY, order: (i: number) => number = (i) => i) {
  const rows = Array.from({ length: count }, (_, i) => order(i))
  const column = (cell: (n: number) => string) => rows.map(cell)
  return {
    timestamp: column((n) => String(START_MS + n)),
    price: column((n) => `${100 + (n % 50)}.5`),
    quantity: column((n) => `${n + 1}.25`),
    side: column((n) => (n % 2 ? 'sell' : 'buy')),
  }
}

type Outcome = { readonly failure: Failure } | { readonly read: Awaited<ReturnType<typeof readData>> }

export async function outcomeOf(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: Partial<DataOptions> = {},
): Promise<Outcome> {
  await using at = await folder()
  const path = await at.write(name, bytes)
  return await readData([path], options).then(
    (read) => ({ read }),
    (error: unknown) => {
      if (error instanceof Failure) return { failure: error }
      throw error
    },
  )
}

/** In words of the data's own table of failures, with the name of the file and with advice. */
export async function refused(what: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Failure> {
  const outcome = await outcomeOf(name, bytes)
  if ('read' in outcome) throw new Error(`${what}: ${outcome.read.events.length} events were read`)
  const { failure } = outcome
  expect([what, failure.code]).toEqual([what, expect.stringMatching(/^data_(unreadable|unrecognised|broken)$/)])
  expect(`${what}: ${failure.message}`).toContain(name)
  expect([what, failure.hint]).toEqual([what, expect.stringMatching(/.{10}/)])
  return failure
}

export async function readWhole(
  what: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: Partial<DataOptions> = {},
) {
  const outcome = await outcomeOf(name, bytes, options)
  if ('failure' in outcome) throw new Error(`${what}: ${outcome.failure.message}`)
  return outcome.read
}
