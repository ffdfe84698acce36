/** Files that a user names, to be read. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { inputName, readInput, readInputText, readSettingText, refuseStandard } from '../../src/files/input'
import { LARGE, MIB, Place, refusal } from './place'

const MODULE = join(import.meta.dir, '../../src/files/input.ts')

test('a file is read, as bytes or as text', () => {
  using at = new Place()
  expect(readInput(at.write('large', LARGE))).toEqual(Buffer.from(LARGE))
  expect(readInputText(at.write('text', 'Zürich\n'))).toBe('Zürich\n')
  expect([inputName('a/b.js'), inputName('-')]).toEqual(['a/b.js', 'standard input'])
})

test('what a shell hands over as a pipe is read to its end', async () => {
  using at = new Place()
  const fifo = at.fifo('fifo')
  const writer = Bun.spawn(['sh', '-c', 'cat "$0" >"$1"', at.write('content', LARGE), fifo], {
    stdio: [null, null, null],
  })
  expect(readInput(fifo)).toEqual(Buffer.from(LARGE))
  expect(await writer.exited).toBe(0)
})

test('64 MiB are read, and no byte more', () => {
  using at = new Place()
  expect(readInput(at.sparse('most', 64 * MIB))).toHaveLength(64 * MIB)
  const path = at.sparse('more', 64 * MIB + 1)
  expect(refusal(() => readInput(path))).toBe(`${path} cannot be read: it is over 64 MiB`)
})

test('what cannot be read is refused with its path and the reason', () => {
  using at = new Place()
  expect(() => readInput(at.path('none'))).toThrow(
    expect.objectContaining({
      code: 'file_unreadable',
      message: `${at.path('none')} cannot be read: there is no such file or folder`,
    }),
  )
  expect(refusal(() => readInput(at.folder))).toBe(`${at.folder} cannot be read: it is a folder`)
})

test('what a gateway reads again is a regular file of at most 1 MiB, and named by what it is', () => {
  using at = new Place()
  expect(readSettingText(at.write('a', 'a: 1\n'), 'the configuration')).toBe('a: 1\n')
  expect(readSettingText(at.sparse('most', MIB), 'the configuration')).toHaveLength(MIB)
  for (const [path, reason] of [
    [at.sparse('more', MIB + 1), 'it is over 1 MiB'],
    [at.fifo('fifo'), 'it is not a regular file'],
    [at.path('none'), 'there is no such file or folder'],
  ] as const) {
    expect(() => readSettingText(path, 'the configuration')).toThrow(
      expect.objectContaining({
        code: 'file_unreadable',
        message: `the configuration ${path} cannot be read: ${reason}`,
      }),
    )
  }
})

test('a file that is looked at again cannot be standard input', () => {
  refuseStandard('./-', 'the file of tokens')
  expect(() => refuseStandard('-', 'the file of tokens')).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: 'the file of tokens cannot be -: it is read more than once',
      hint: 'give the path of a file',
    }),
  )
})

/** What a process that is fed with it prints. @param work a statement, where all of the module is at hand. */
async function fed(input: Uint8Array, work: string): Promise<Uint8Array> {
  const child = Bun.spawn([process.execPath, '-e', `import * as input from '${MODULE}'\n${work}`], {
    stdin: input,
    stdout: 'pipe',
  })
  const printed = await child.stdout.bytes()
  expect(await child.exited).toBe(0)
  return printed
}

test('standard input is read whole, at once or into a file', async () => {
  using at = new Place()
  expect(await fed(LARGE, "process.stdout.write(input.readInput('-'))")).toEqual(LARGE)
  const text = new TextEncoder().encode('a: 1\n')
  expect(await fed(text, "process.stdout.write(input.readSettingText('-', 'limits'))")).toEqual(text)
  const path = await fed(LARGE, `process.stdout.write(await input.spoolInput('${at.folder}'))`)
  expect(await Bun.file(new TextDecoder().decode(path)).bytes()).toEqual(LARGE)
})

test('where it cannot be put into a file, that is said', async () => {
  using at = new Place()
  const printed = await fed(
    LARGE,
    `await input.spoolInput('${at.path('none')}').catch(({ code, message }) => process.stdout.write(code + ': ' + message))`,
  )
  expect(new TextDecoder().decode(printed)).toBe(
    'file_unreadable: standard input cannot be read: there is no such file or folder',
  )
})
