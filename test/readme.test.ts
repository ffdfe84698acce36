/** Every command of the README works as it is written, in its order, and leaves the working tree as it was. */
import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const ROOT = join(import.meta.dir, '..')
/** Not of the tree, or installed: used where it lies. */
const LEFT_OUT =
  /^(\.git|node_modules|tools\/node_modules|dist|data|coverage|\.venv|sandbox\/engine\/(target|node_modules)|.*\.bun-build)$/
const INSTALLED = ['node_modules', 'tools/node_modules']
/** Runs this very test. */
const LEFT_UNRUN = ['make test']
/** They stay in the foreground: the next one takes the place of the one before. */
const SERVES = /^(make run|bin\/meltica serve)\b/

/** A copy of the tree under git, whose default port is another. */
async function copyOfTree(port: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-readme-'))
  cpSync(ROOT, folder, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => !LEFT_OUT.test(relative(ROOT, path)),
  })
  for (const path of INSTALLED) symlinkSync(join(ROOT, path), join(folder, path))
  for (const file of ['README.md', 'meltica.yaml']) {
    writeFileSync(join(folder, file), readFileSync(join(folder, file), 'utf8').replaceAll('8880', String(port)))
  }
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false']
  for (const command of [
    ['init', '-q'],
    ['add', '-A'],
    [...author, 'commit', '-qm', 'The tree'],
  ]) {
    expect(await Bun.spawn(['git', ...command], { cwd: folder }).exited).toBe(0)
  }
  return folder
}

/** The commands in indented blocks, one that goes on over several lines as one; and the strategy to save. */
function partsOf(readme: string): { commands: string[]; source: string } {
  // what follows shows folders, not commands
  const text = readme.slice(0, readme.indexOf('## How it is built'))
  const source = /```ts\n(.*?)```/s.exec(text)?.[1] ?? ''
  const lines = text
    .replaceAll(/```.*?```/gs, '')
    .split('\n')
    .filter((line) => line.startsWith('    '))
  const commands: string[] = []
  let open = ''
  for (const line of lines) {
    open += (open === '' ? '' : '\n') + line.slice(4)
    if ((open.split("'").length - 1) % 2 === 1) continue
    commands.push(open)
    open = ''
  }
  return { commands, source }
}

class Shell implements AsyncDisposable {
  private environment: Record<string, string>
  private server: Bun.Subprocess<'ignore', 'pipe', 'ignore'> | undefined

  constructor(
    private readonly folder: string,
    port: number,
  ) {
    const { PATH = '', HOME = '' } = process.env
    this.environment = { PATH, HOME, MELTICA_API: `http://127.0.0.1:${port}` }
  }

  /** What it exports is there for the commands that follow. */
  async run(command: string): Promise<{ status: number; output: string }> {
    const kept = join(this.folder, '.git/environment')
    // curl says by its status that a call was refused
    const script = `curl() { command curl --fail-with-body "$@"; }\n${command}\nstatus=$?\nenv -0 >'${kept}'\nexit $status`
    const child = Bun.spawn(['bash', '-c', script], {
      cwd: this.folder,
      env: this.environment,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    const status = await child.exited
    const pairs = readFileSync(kept, 'utf8').split('\0').filter(Boolean)
    this.environment = Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)))
    return { status, output: out + err }
  }

  async serve(command: string): Promise<void> {
    await this.stop()
    this.server = Bun.spawn(['bash', '-c', `exec ${command}`], {
      cwd: this.folder,
      env: this.environment,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'ignore',
    })
    const reader = this.server.stdout.getReader()
    const decoder = new TextDecoder()
    for (let text = ''; !text.startsWith('listening on '); ) {
      const { done, value } = await reader.read()
      if (done) throw new Error(`it did not start: ${command}`)
      text += decoder.decode(value, { stream: true })
    }
    reader.releaseLock()
  }

  async stop(): Promise<void> {
    this.server?.kill('SIGTERM')
    await this.server?.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function freePort(): number {
  using listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => undefined } })
  return listener.port
}

const absent = ['make', 'git', 'curl', 'openssl'].filter((program) => Bun.which(program) === null)

test.skipIf(absent.length > 0)(
  'every command works as written, in its order, and leaves the tree as it was',
  async () => {
    const port = freePort()
    const folder = await copyOfTree(port)
    await using shell = new Shell(folder, port)
    const { commands, source } = partsOf(readFileSync(join(folder, 'README.md'), 'utf8'))
    writeFileSync(join(folder, 'my-strategy.ts'), source)
    expect(commands.length).toBeGreaterThan(20)
    for (const command of commands) {
      if (LEFT_UNRUN.some((one) => command.startsWith(one))) continue
      if (SERVES.test(command)) await shell.serve(command)
      else {
        const { status, output } = await shell.run(command)
        expect([command, status, status === 0 ? '' : output]).toEqual([command, 0, ''])
      }
    }
    const { output } = await shell.run('git status --porcelain')
    expect(output).toBe('')
  },
  300_000,
)
