/** Completions, as real shells ask for them, with names that a gateway knows. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAM } from '../../binary'
import { startGateway, strategySource, type TestGateway } from '../../gateway'
import { lacks } from '../../tools'
import { beside, launch, printed, run } from '../api/shell'
import { meltica } from '../meltica'

setDefaultTimeout(60_000)

const CONFIG = 'providers: [{ name: sim, adapter: { identifier: sim } }]\n'

let gateway: TestGateway
let bin: string
beforeAll(async () => {
  gateway = await startGateway({ config: CONFIG })
  await gateway.upload(strategySource({ name: 'grid', tag: 'v1' }), { aliases: ['prod'] })
  await gateway.upload(strategySource({ name: 'gamma', tag: 'v1' }))
  for (const id of ['grid-1', 'grid-2']) await launch(gateway, id, 'grid', false)
  bin = join(gateway.folder, 'bin')
  mkdirSync(bin)
  const program = join(bin, 'meltica')
  writeFileSync(program, `#!/bin/sh\nexec ${PROGRAM.map((word) => `'${word}'`).join(' ')} "$@"\n`)
  chmodSync(program, 0o755)
  writeFileSync(join(gateway.folder, 'my strategy.js'), '')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const completed = async (...words: string[]) =>
  (await printed(gateway, 'complete', '--', ...words)).split('\n').flatMap((line) => line.split('\t')[0] || [])

describe('what could stand there', () => {
  test.each([
    [['p'], ['ps', 'positions', 'providers', 'push', 'prune']],
    [
      ['help', 'rest'],
      ['restart', 'restore'],
    ],
    [['ps', '--f'], ['--format']],
    [
      ['ps', '--format', ''],
      ['table', 'json', 'csv'],
    ],
    [['ps', '--format=c'], ['--format=csv']],
    [
      ['run', 'g'],
      ['gamma', 'gamma:latest', 'gamma:v1', 'grid', 'grid:latest', 'grid:prod', 'grid:v1'],
    ],
    [
      ['run', 'grid:'],
      ['grid:latest', 'grid:prod', 'grid:v1'],
    ],
    [['rollback', 'grid:p'], ['grid:prod']],
    [['run', 'grid', '--provider', ''], ['sim']],
    [['run', '--symbol', 'BTC-USDT', 'ETH-USDT', '--provider', 's'], ['sim']],
    [
      ['stop', 'grid-1', ''],
      ['grid-1', 'grid-2'],
    ],
    [
      ['instance', ''],
      ['ls', 'inspect', 'rm'],
    ],
    [['instance', 'rm', '--force', 'grid-2'], ['grid-2']],
    [['logs', '--level', 'w'], ['warn']],
    [['logs', 'grid-1', ''], []],
    [
      ['risk', 'kill', '--instance', ''],
      ['grid-1', 'grid-2'],
    ],
    [['inspect', 's'], ['sim']],
    [['context', 'use', 'd'], ['default']],
    [['push', ''], [':files']],
    [['serve', '--config', ''], [':files']],
    [['nothing', ''], []],
    [['--nothing', 'p'], []],
  ])('%p', async (words, wanted) => {
    expect((await completed(...words)).toSorted()).toEqual(wanted.toSorted())
  })

  test('names are those of the gateway that the line names, and none where it does not answer', async () => {
    expect(await completed('ps', '--context', 'none', '--provider', '')).toEqual([])
    const nowhere = { cwd: gateway.folder, env: { MELTICA_API: 'http://127.0.0.1:1' } }
    expect(await meltica(nowhere, 'complete', '--', 'stop', '')).toEqual({ status: 0, stdout: '', stderr: '' })
    using silent = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => undefined) })
    const waiting = { cwd: gateway.folder, env: { MELTICA_API: silent.url.href } }
    expect(await meltica(waiting, 'complete', '--', 'stop', '')).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})

/** What a shell prints for a script that is given on its standard input. */
async function said(shell: readonly string[], script: string): Promise<string> {
  const { env = {} } = beside(gateway)
  const child = Bun.spawn([...shell], {
    cwd: gateway.folder,
    env: { ...env, PATH: `${bin}:${process.env.PATH}`, HOME: gateway.folder, TERM: 'dumb' },
    stdin: new Blob([script]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()])
  expect(stderr).toBe('')
  return stdout
}

/** What Tab inserts at the end of a line, on a terminal. */
async function typed(line: string, wanted: string): Promise<string> {
  let text = ''
  let step: 'loading' | 'typed' | 'done' = 'loading'
  const decoder = new TextDecoder()
  const terminal = {
    cols: 120,
    rows: 24,
    data: (own: Bun.Terminal, data: Uint8Array) => {
      text += decoder.decode(data, { stream: true })
      if (step === 'loading' && text.includes('ready$')) {
        step = 'typed'
        own.write(`${line}\t`)
      } else if (step === 'typed' && text.includes(wanted)) {
        step = 'done'
        // takes back what was typed
        own.write('\u0015exit\r')
      }
    },
  }
  const { env = {} } = beside(gateway)
  const init = join(gateway.folder, 'init.bash')
  writeFileSync(init, "source <(meltica completion bash)\nPS1='rea''dy$ '\n")
  const child = Bun.spawn(['bash', '--noprofile', '--rcfile', init, '-i'], {
    cwd: gateway.folder,
    env: { ...env, PATH: `${bin}:${process.env.PATH}`, HOME: gateway.folder, TERM: 'dumb' },
    terminal,
  })
  await child.exited
  return text
}

describe('bash', () => {
  const replies = (line: string) =>
    said(
      ['bash', '--noprofile', '--norc'],
      `source <(meltica completion bash)\nsource <(meltica completion bash)\n` +
        `COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _meltica; printf '%s\\n' "\${COMPREPLY[@]}"`,
    )

  test('is given what stands behind the last colon or equals sign, for which readline looks no further', async () => {
    expect(await replies('meltica stop gri')).toBe('grid-1\ngrid-2\n')
    expect((await replies('meltica run grid:')).split('\n').toSorted()).toEqual(['', 'latest', 'prod', 'v1'])
    expect(await replies('meltica ps --format=j')).toBe('json\n')
    expect(await replies('meltica ps --for')).toBe('--format\n')
  })

  test('completes a tag, a flag and a file on a terminal, without anything else being loaded', async () => {
    expect(await typed('meltica rollback grid:p', 'grid:prod')).toContain('meltica rollback grid:prod')
    expect(await typed('meltica ps --no', '--no-trunc')).toContain('meltica ps --no-trunc')
    expect(await typed('meltica push my', 'strategy.js')).toContain(String.raw`meltica push my\ strategy.js`)
  })
})

test.skipIf(lacks('zsh'))('zsh completes names, with colons in them', async () => {
  // compadd is what a completion ends in
  const script = `autoload -Uz compinit && compinit -u -D
source <(meltica completion zsh)
_describe() { print -rl -- "\${(@P)3}" }
words=(meltica rollback grid:p); CURRENT=3
_meltica
words=(meltica push ''); CURRENT=3
_files() { print files }
_meltica`
  expect(await said(['zsh', '-f'], script)).toBe('grid\\:prod:\nfiles\n')
})

test.skipIf(lacks('fish'))('fish completes names, flags and files', async () => {
  const script = `meltica completion fish | source
complete --do-complete 'meltica rollback grid:p'
complete --do-complete 'meltica instance l'
complete --do-complete 'meltica push my'`
  expect(await said(['fish', '--no-config'], script)).toBe(
    'grid:prod\nls\tlist the instances that run, as meltica ps\nmy strategy.js\n',
  )
})

test('a shell that is none is wrong usage', async () => {
  expect(await run(gateway, 'completion', 'csh')).toMatchObject({ status: 2, stdout: '' })
})
