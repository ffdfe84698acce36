/** An archive of inputs is read whole or refused: wherever it is cut, and whichever bit of it is another. */
import { describe, expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { archiveBegin, blockOf, json } from '../../src/inputs/archive'
import { archiveIn } from '../../src/inputs/rerun/archived-run'

const HEAD = { build: 'one', instanceId: 'a', maxWaiting: 7, maxWaitingBytes: 8 }
const RUN = { instanceId: 'a', number: 3, startMs: 12 }
const PIECES = [archiveBegin(HEAD), blockOf('run', json(RUN)), blockOf('words', new Uint8Array(0))]
const WHOLE = Buffer.concat([...PIECES, blockOf('end', json({ blocks: 2 }))])

/** The code of what it is refused with. */
function refusalOf(bytes: Uint8Array): string {
  try {
    archiveIn(bytes)
    return ''
  } catch (error) {
    return error instanceof Failure ? `${error.code}: ${error.message}` : String(error)
  }
}

test('whole, it is what was written', () => {
  const { head, runs } = archiveIn(WHOLE)
  expect(head).toMatchObject(HEAD)
  expect(runs).toEqual([{ ...RUN, words: expect.anything(), begins: undefined, blocks: [] }])
})

describe('refused', () => {
  test('wherever it is cut', () => {
    for (let length = 0; length < WHOLE.length; length++)
      expect(refusalOf(WHOLE.subarray(0, length))).toStartWith('archive_damaged: ')
  })

  test('whichever bit of it is another', () => {
    for (let at = 0; at < WHOLE.length; at++) {
      const bytes = Buffer.from(WHOLE)
      bytes[at]! ^= 1 << (at % 8)
      expect([at, refusalOf(bytes)]).toEqual([at, expect.stringContaining('archive_damaged: ')])
    }
  })

  test('when a block is missing, or it is of another format', () => {
    expect(refusalOf(Buffer.concat([PIECES[0]!, PIECES[2]!, blockOf('end', json({ blocks: 2 }))]))).toContain('cut off')
    const other = Buffer.concat([WHOLE.subarray(0, 8), blockOf('head', json({ ...HEAD, format: 99 }))])
    expect(refusalOf(other)).toContain('is of format 99, and 2 is read here')
  })

  test('with what its writer says of it', () => {
    const failed = Buffer.concat([...PIECES, blockOf('failed', json({ message: 'segment 4 is damaged' }))])
    expect(refusalOf(failed)).toBe('inputs_damaged: segment 4 is damaged')
  })
})
