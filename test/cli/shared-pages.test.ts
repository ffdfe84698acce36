/** Real sandboxes whose memories are laid over the same pages. */
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { sharedPages } from '../../src/cli/shared-pages'
import { loadEngine } from '../../src/sandbox/engine'
import { NewMemory } from '../../src/sandbox/new-memory'
import { Sandbox } from '../../src/sandbox/sandbox'
import { recordingHost } from '../sandbox/stage'

const PAGE_BYTES = 65_536
/** So many that memories of those before are used again. */
const MANY = 150
const plain = await loadEngine()
const { image } = plain.memory
const pages = process.platform === 'linux' ? sharedPages(image) : undefined
const engine = { ...plain, memory: new NewMemory(image, pages) }
const made = () => new Sandbox(engine, recordingHost().host)

/** Bytes of memory that are laid over the shared pages, and how many of them are their own. */
function laid(): { readonly all: number; readonly own: number } {
  let [all, own] = [0, 0]
  for (const part of readFileSync('/proc/self/smaps', 'utf8').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
    if (!part.includes('memfd:new sandbox')) continue
    const kib = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(part)?.[1]) * 1024
    all += kib('Size')
    own += kib('Private_Dirty')
  }
  return { all, own }
}

describe.skipIf(!pages)('a sandbox whose memory begins with shared pages', () => {
  test('has of its own what it writes, and the others do not see that', () => {
    const before = laid()
    using one = made()
    using other = made()
    expect(one.compile('module.exports = { metadata: { name: "a" } }', 'a.js')).toHaveProperty('bytecode')
    const { all, own } = laid()
    expect(all - before.all).toBe(2 * image.length)
    expect(own).toBeGreaterThan(before.own)
    expect(own - before.own).toBeLessThan(image.length)
    // it differs in nothing from a new one
    expect(other.checkpoint()).toHaveLength(8)
    using third = made()
    expect(third.checkpoint()).toHaveLength(8)
  })

  test.each([true, false])(
    'leaves nothing behind for the next one in the same place, disposed of: %p',
    (isDisposed) => {
      for (let count = 0; count < MANY; count++) {
        const sandbox = made()
        expect(sandbox.checkpoint()).toHaveLength(8)
        sandbox.compile(`const much = '${'x'.repeat(2 * PAGE_BYTES)}'`, 'a.js')
        if (isDisposed) sandbox[Symbol.dispose]()
      }
      Bun.gc(true)
      // those without shared pages are given the same places
      for (let count = 0; count < MANY; count++) {
        using sandbox = new Sandbox(plain, recordingHost().host)
        expect(sandbox.checkpoint()).toHaveLength(8)
      }
    },
  )

  test('gives back what it had of its own when it is disposed of', () => {
    const before = laid()
    const sandbox = made()
    sandbox.compile('module.exports = {}', 'a.js')
    expect(laid().all).toBe(before.all + image.length)
    sandbox[Symbol.dispose]()
    expect(laid()).toEqual(before)
    expect(sandbox.alive).toBe(false)
  })
})

test.skipIf(!pages)('a memory of another size is left alone', () => {
  const { buffer } = new WebAssembly.Memory({ initial: 1 })
  new Uint8Array(buffer).fill(7)
  expect(pages!.share(buffer)).toBe(false)
  expect(new Uint8Array(buffer).every((byte) => byte === 7)).toBe(true)
})
