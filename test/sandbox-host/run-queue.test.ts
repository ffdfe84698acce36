import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { RunQueue } from '../../src/sandbox-host/run-queue'

const member = (virtualMs: number) => ({ share: { virtualMs } })

test('everybody comes out once, never ahead of somebody who has used a millisecond less', () => {
  // evenly: most doubles are next to nothing
  const usedMs = fc.nat(5000).map((hundredths) => hundredths / 100)
  const steps = fc.array(fc.option(usedMs, { nil: undefined }), { maxLength: 300 })
  fc.assert(
    fc.property(steps, (script) => {
      const queue = new RunQueue<ReturnType<typeof member>>()
      const inside = new Set<ReturnType<typeof member>>()
      const takeOut = () => {
        const next = queue.peek()
        expect(queue.pop()).toBe(next)
        if (!next) return expect(inside.size).toBe(0)
        const least = Math.min(...[...inside].map(({ share }) => share.virtualMs))
        expect(next.share.virtualMs - least).toBeLessThan(1)
        expect(inside.delete(next)).toBe(true)
      }
      for (const ms of script) {
        if (ms === undefined) takeOut()
        else {
          const fresh = member(ms)
          inside.add(fresh)
          queue.push(fresh)
        }
        expect(queue.size).toBe(inside.size)
      }
      while (inside.size > 0) takeOut()
      expect(queue.pop()).toBeUndefined()
    }),
  )
})

test('whoever comes with less than the floor is brought up to it', () => {
  const queue = new RunQueue()
  queue.push(member(70))
  queue.pop()
  expect(queue.floorMs).toBe(70)
  const late = member(3)
  queue.push(late)
  expect(late.share.virtualMs).toBe(70)
})

test('on a level they go in the order in which they came, however many were served', () => {
  const queue = new RunQueue<ReturnType<typeof member> & { id: number }>()
  for (let id = 0; id < 10_000; id++) queue.push({ id, ...member((id % 7) / 10) })
  for (let id = 0; id < 10_000; id++) expect(queue.pop()?.id).toBe(id)
  expect(queue.size).toBe(0)
})
