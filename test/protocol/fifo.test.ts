import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Fifo } from '../../src/protocol/fifo'

test('it is a list of which the first goes first, however much has gone through it', () => {
  const step = fc.oneof(
    fc.constant('shift' as const),
    fc.nat(2000).map((count) => ({ push: count })),
    fc.nat(2000).map((count) => ({ shift: count })),
    fc.array(fc.nat(9), { maxLength: 3 }).map((items) => ({ replace: items })),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (script) => {
      const fifo = new Fifo<number>()
      let list: number[] = []
      let next = 0
      const same = () => {
        expect([fifo.length, fifo.first]).toEqual([list.length, list[0]])
        expect(fifo.toArray()).toEqual(list)
      }
      for (const one of script) {
        if (one === 'shift') expect(fifo.shift()).toBe(list.shift())
        else if ('push' in one) {
          for (let i = 0; i < one.push; i++) {
            fifo.push(next)
            list.push(next++)
          }
        } else if ('shift' in one) {
          for (let i = 0; i < one.shift; i++) expect(fifo.shift()).toBe(list.shift())
        } else {
          fifo.replace([...one.replace])
          list = [...one.replace]
        }
        same()
      }
    }),
    { numRuns: 30 },
  )
})
