/** A disk that takes no more, and then does again: a limit on the size of files stands in for it. */
import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { lacks } from '../tools'

const SCRIPT = `
  import { finish } from ${JSON.stringify(join(import.meta.dir, '../../src/store/reading'))}
  import { Store } from ${JSON.stringify(join(import.meta.dir, '../../src/store/store'))}
  const store = Store.open({ directory: process.argv[1], log: (level, message) => console.log(level + ': ' + message) })
  let n = 0
  const line = () => ({ timeMs: n, level: 'info', source: 'host', message: 'x'.repeat(1000) + n++ })
  while (store.problem === undefined && n < 900) {
    store.logs.append(1, line())
    finish(store.logs.page(1, { offset: 0, limit: 1 }))
  }
  store.logs.append(1, line())
  try { store.commit(); console.log('acknowledged') } catch (error) { console.log('refused: ' + error.code) }
  for await (const _ of Bun.stdin.stream()) break
  store.commit()
  console.log('acknowledged ' + n)
  store[Symbol.dispose]()`

test.skipIf(lacks('prlimit'))(
  'what a full disk refused is written, whole and in order, when there is room again',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'full-'))
    const limited = [
      'sh',
      '-c',
      'trap "" XFSZ; ulimit -S -f 1024; exec "$@"',
      'sh',
      process.execPath,
      '-e',
      SCRIPT,
      directory,
    ]
    const child = Bun.spawn(limited, { stdin: 'pipe', stdout: 'pipe' })
    const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
    let said = ''
    const until = async (text: RegExp) => {
      while (!text.test(said)) {
        const { value, done } = await lines.next()
        if (done) throw new Error(`ended after: ${said}`)
        said += value
      }
    }
    await until(/refused: (data_unwritable|storage_full)/)
    expect(said).toContain('error: cannot write; kept in memory and tried again')
    expect(said).not.toContain('acknowledged')
    expect(Bun.spawnSync(['prlimit', '--pid', String(child.pid), '--fsize=unlimited']).exitCode).toBe(0)
    await child.stdin.write('go\n')
    await child.stdin.end()
    await until(/acknowledged \d+/)
    await child.exited
    const count = Number(/acknowledged (\d+)/.exec(said)![1])
    using store = Store.open({ directory, log: () => undefined })
    const { items, total } = finish(store.logs.page(1, { offset: 0, limit: 2000 }))
    expect(total).toBe(count)
    expect(items.map(({ message }) => Number(message.replaceAll('x', ''))).reverse()).toEqual(
      Array.from({ length: count }, (_, n) => n),
    )
  },
)
