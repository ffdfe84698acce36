/** Files of columns that are damaged, or made to take all time or memory, are refused. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { SOUND } from './hostile/mutants'

/** What never ends is ended. */
const LONGEST_MS = 50_000
const MOST_MEMORY = 1024 * 1024 * 1024

interface Came {
  readonly exitCode: number | null
  /** By the file's name. */
  readonly outcomes: Readonly<Record<string, string>>
  /** The file that was read when the process ended before its time. */
  readonly unfinished: string | undefined
  readonly memory: number
}

/** Reads files in a process of its own, which a file may bring down. */
async function read(...args: string[]): Promise<Came> {
  const reader = join(import.meta.dir, 'hostile', 'read.ts')
  const ends = { timeout: LONGEST_MS, killSignal: 'SIGKILL', stderr: 'pipe' } as const
  const child = Bun.spawn([process.execPath, reader, ...args], ends)
  const [text, memory] = await Promise.all([child.stdout.text(), child.stderr.text()])
  const lines = text.trimEnd().split('\n')
  const exitCode = await child.exited
  const unfinished = lines.length % 2 === 1 ? lines.pop() : undefined
  const outcomes: Record<string, string> = {}
  for (let i = 0; i < lines.length; i += 2) outcomes[lines[i]!] = lines[i + 1]!
  return { exitCode: child.signalCode ? null : exitCode, outcomes, unfinished, memory: Number(memory) }
}

function expectEnded({ exitCode, unfinished, memory }: Came): void {
  expect({ exitCode, unfinished }).toEqual({ exitCode: 0, unfinished: undefined })
  expect(memory).toBeWithin(1, MOST_MEMORY)
}

const refusals = (outcomes: Came['outcomes']) =>
  Object.fromEntries(
    Object.entries(outcomes).map(([name, said]) => [name, said.replace('BTCUSDT cannot be read: ', '')]),
  )

const DAMAGED = 'data_unreadable: it is damaged'
const TOO_MUCH = 'data_unreadable: it has more in it than a file of its size can have'
const MANY_COLUMNS = 'data_unreadable: it has over 4096 columns'

test('the files are read before they are changed', async () => {
  const came = await read('sound')
  expectEnded(came)
  const small = Object.fromEntries(Object.keys(SOUND).map((name) => [name, 'read 60']))
  expect(came.outcomes).toEqual({ ...small, 'older.parquet': 'read 4096' })
})

test('files with something changed are read or refused', async () => {
  const each = 60
  const came = await read('mutants', '1', String(each))
  expectEnded(came)
  const outcomes = Object.entries(came.outcomes)
  expect(outcomes).toHaveLength(each * Object.keys(SOUND).length)
  expect(
    outcomes.filter(([, outcome]) => !/^(read \d+|data_(unreadable|unrecognised|broken): .+)$/.test(outcome)),
  ).toEqual([])
})

test('Arrow files that mean to take all time or memory are refused', async () => {
  const came = await read('arrow')
  expectEnded(came)
  expect(refusals(came.outcomes)).toEqual({
    'the same text again and again': DAMAGED,
    'a message of another kind': DAMAGED,
    'a scale of 2^31': DAMAGED,
    'words without their dictionary': DAMAGED,
    'words that end before they begin': DAMAGED,
    'lists without end, which are passed over': 'read 4',
    'columns that share their columns': DAMAGED,
    'columns in columns': DAMAGED,
    'more columns than bytes': DAMAGED,
    'more batches than bytes': DAMAGED,
    'a batch beyond the end': DAMAGED,
    'a batch before the start': DAMAGED,
    'metadata of negative length': DAMAGED,
    'more rows than bytes': DAMAGED,
    'rows of negative number': DAMAGED,
    'more nodes than bytes': DAMAGED,
    'more buffers than bytes': DAMAGED,
    'a buffer beyond the batch': DAMAGED,
    'a table that is its own list': DAMAGED,
    'a vtable outside': DAMAGED,
    'texts that end before they begin': DAMAGED,
    'rows of nothing': TOO_MUCH,
    'the same batch again and again': DAMAGED,
    'zeros alone, packed': TOO_MUCH,
    'more in zstd than is said': DAMAGED,
    'more in LZ4 than is said': DAMAGED,
    'a buffer that is to unpack to 1 TiB':
      'data_unreadable: one of its record batches has over 512 MiB; write it in smaller ones, or as Parquet',
  })
})

test('Parquet files that mean to take all time or memory are refused', async () => {
  const came = await read('parquet')
  expectEnded(came)
  expect(refusals(came.outcomes)).toEqual({
    'structures in structures': DAMAGED,
    'a number of a million bytes': DAMAGED,
    'structures of a byte each': DAMAGED,
    'a list of more elements than bytes': DAMAGED,
    'a list of lists': DAMAGED,
    'more columns than bytes': DAMAGED,
    'very many columns': MANY_COLUMNS,
    'columns in columns': DAMAGED,
    'a long name': 'data_unreadable: the name of one of its columns has over 1024 characters',
    'row groups without columns': DAMAGED,
    'the same row group again and again': DAMAGED,
    'a column beyond the end': DAMAGED,
    'a column before the start': DAMAGED,
    'more rows than values': DAMAGED,
    'fewer rows than values': DAMAGED,
    'more values than bytes': TOO_MUCH,
    'a page longer than its column': DAMAGED,
    'a page that is to unpack to 2 GiB': TOO_MUCH,
    'more in zstd than is said': DAMAGED,
    'more in gzip than is said': DAMAGED,
    'more in brotli than is said': DAMAGED,
    'more in snappy than is said': DAMAGED,
    'a literal of snappy of negative length': DAMAGED,
    'less in snappy than is said': DAMAGED,
    'more in LZ4 than is said': DAMAGED,
    'LZ4 that goes back': DAMAGED,
    'absent rows without end': TOO_MUCH,
    'absent rows without end, some in a page': TOO_MUCH,
    'a run of more indices than values': DAMAGED,
    'packed indices of more than the values': DAMAGED,
    'a run of no bits': DAMAGED,
    'packed indices of no bits': DAMAGED,
    'indices of a negative number': DAMAGED,
    'levels of more than the values': DAMAGED,
    'indices of 255 bits': DAMAGED,
    'runs of nothing': DAMAGED,
    'indices beyond the dictionary': DAMAGED,
    'indices without a dictionary': DAMAGED,
    'a dictionary of more values than bytes': TOO_MUCH,
    'differences in no parts': DAMAGED,
    'differences in 2^31 parts': DAMAGED,
    'differences that go back': DAMAGED,
    'differences of a million bits': DAMAGED,
    'differences of 255 bits': DAMAGED,
    'the same number without end': TOO_MUCH,
    'texts of which each has all before it': TOO_MUCH,
    'a text of 3 GiB': DAMAGED,
    'a long text said of all rows': TOO_MUCH,
    'pages of nothing': 'data_unreadable: its column time has too few values',
    'a page that says of itself two things': TOO_MUCH,
    'a column of another type': DAMAGED,
    'differences in a block of over 32 bits': DAMAGED,
    'levels longer than their page': DAMAGED,
  })
})
