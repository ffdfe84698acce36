import { expect, test } from 'bun:test'
import { RecordCursor } from '../../src/sandbox/cursor'
import { RecordWriter } from '../../src/sandbox/records'
import { Pace } from '../../src/sandbox-host/pace'

const writer = new RecordWriter()
const head = { eventId: '', provider: 'p', symbol: 'S', sequence: 0, timeMs: 0 }
for (let i = 0; i < 100; i++) {
  writer.trade(head, { tradeId: `${i}`, side: 'Buy', price: '1', quantity: '1', timestamp: 0 })
}
const records = writer.from().slice()
const all = counted(records)

function counted(bytes: Uint8Array): number {
  const cursor = new RecordCursor(bytes)
  let count = 0
  while (cursor.next()) count++
  return count
}

const after = (...turns: [ms: number, records: number][]): number => {
  const pace = new Pace()
  for (const turn of turns) pace.took(...turn)
  return counted(pace.cut(records))
}

test('nothing is held back from those who are fast or have shown nothing yet', () => {
  expect(all).toBe(100)
  expect(after()).toBe(all)
  expect(after([0.5, 50], [0.4, 40])).toBe(all)
  // a turn that handled none says nothing
  expect(after([80, 0])).toBe(all)
})

test('a heavy event is a turn of its own, and others are as many as fit into five milliseconds', () => {
  expect(after([25, 1], [25, 1], [25, 1])).toBe(1)
  expect(after(...Array.from({ length: 20 }, (): [number, number] => [10, 20]))).toBe(10)
})

test('one that gets faster is given more again', () => {
  expect(after([25, 1], ...Array.from({ length: 20 }, (): [number, number] => [0.001, 1]))).toBe(all)
})
