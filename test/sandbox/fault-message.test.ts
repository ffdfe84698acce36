/** What a strategy did wrong, for the person who runs it. */
import { expect, test } from 'bun:test'
import { faultLine, faultMessage } from '../../src/sandbox/fault-message'

const fault = { cause: 'exception', message: 'Error: no luck', line: 12, column: 5, stack: '' } as const

test.each([
  ['onTrade of a.js failed: Error: no luck at a.js:12:5', fault],
  ['onTrade of a.js failed: Error: no luck', { ...fault, line: 0 }],
  ['onTrade of a.js failed: Error: no luck at a.js:1:0', { ...fault, line: 1, column: 0 }],
  ['onTrade of a.js failed at a.js:12:5', { ...fault, message: '' }],
  ['onTrade of a.js ran over its time limit at a.js:12:5', { ...fault, cause: 'interrupted' as const }],
  ['onTrade of a.js ran out of memory at a.js:12:5', { ...fault, cause: 'out-of-memory' as const, message: '' }],
  ['onTrade of a.js overran its stack at a.js:12:5', { ...fault, cause: 'stack-overflow' as const, message: '' }],
  ['onTrade of a.js was stopped: why', { ...fault, cause: 'trapped' as const, message: 'why', line: 0 }],
  ['onTrade of a.js failed: wiped out at a.js:12:5', { ...fault, message: '\u001b[2Jwiped\nout' }],
])('%s', (sentence, one) => {
  expect(faultMessage('onTrade', 'a.js', one)).toBe(sentence)
})

test('a place stands first where one is known, and nothing of the message reaches a terminal but its text', () => {
  const faults = [fault, { ...fault, line: 0 }, { ...fault, message: '\u001b[2Jwiped\nout' }]
  expect(faults.map((one) => faultLine({ file: 'a.js', ...one }))).toEqual([
    'a.js:12:5: Error: no luck',
    'a.js: Error: no luck',
    'a.js:12:5: wiped out',
  ])
})

test('a message is cut off where nobody reads on', () => {
  const sentence = (length: number) =>
    faultMessage('create', 'a.js', { ...fault, message: 'x'.repeat(length), line: 0 })
  expect([1999, 2000, 2001].map((length) => sentence(length).length)).toEqual([
    'create of a.js failed: '.length + 1999,
    'create of a.js failed: '.length + 2000,
    'create of a.js failed: '.length + 2000,
  ])
})
