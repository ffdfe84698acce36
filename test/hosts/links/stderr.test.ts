/** What a host writes for people comes through as it is, up to a limit for its whole life. */
import { expect, test } from 'bun:test'
import { relay } from '../../../src/hosts/links/stderr'

const MIB = 1 << 20

async function relayed(...pieces: (string | Uint8Array<ArrayBuffer>)[]): Promise<string[]> {
  const encoder = new TextEncoder()
  const written: string[] = []
  const output = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
      controller.close()
    },
  })
  await relay(output, (text) => void written.push(text))
  return written
}

test('each piece is written as it comes, without its last line break', async () => {
  expect(await relayed('one\n', 'two\nthree\n', 'four')).toEqual(['one', 'two\nthree', 'four'])
})

test('a character whose bytes come in two pieces comes through', async () => {
  const bytes = new TextEncoder().encode('a€')
  expect((await relayed(bytes.slice(0, 2), bytes.slice(2))).join('')).toBe('a€')
})

test.each([
  ['just below the limit', MIB - 1, [], 1],
  ['up to the limit', MIB, [`it has written more than ${MIB} bytes: the rest is left out`], 0],
  ['beyond it', MIB + 1, [`it has written more than ${MIB} bytes: the rest is left out`], 0],
])(
  'one that writes %s has the rest left out when that is reached, and is told so once',
  async (_, length, notice, more) => {
    const text = 'x'.repeat(length)
    const written = await relayed(text, 'y', 'z')
    const last = more > 0 ? ['y', `it has written more than ${MIB} bytes: the rest is left out`] : []
    expect(written).toEqual([text, ...notice, ...last])
  },
)
