/**
 * Fuzzes a gateway by its own API document with schemathesis: no 5xx, no status, header, media type or body that the
 * document does not name, nothing refused that it allows, nothing taken that it forbids.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../gateway'

const ROOT = join(import.meta.dir, '../..')
const SCHEMATHESIS = join(ROOT, '.venv/bin/schemathesis')

/** A provider and an instance that runs: what the fuzz may start, stop and remove. */
const CONFIG = `
providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 42, intervalMs: 100 } } }]
lambdaManifest:
  lambdas:
    - { id: momentum-1, strategy: { identifier: momentum, config: {} }, scope: { sim: { symbols: [BTC-USDT] } }, autostart: true }
`

interface Fuzzed {
  readonly passed: boolean
  /** What schemathesis said. */
  readonly report: string
}

/** @param args of `schemathesis run`. */
export async function fuzz(args: readonly string[]): Promise<Fuzzed> {
  if (!existsSync(SCHEMATHESIS))
    throw new Error('schemathesis is not installed: make fuzz installs it where there are Python and PyPI')
  const folder = mkdtempSync(join(tmpdir(), 'meltica-fuzz-'))
  try {
    cpSync(join(ROOT, 'strategies'), join(folder, 'strategies'), { recursive: true })
    await using gateway = await startGateway({ folder, config: CONFIG })
    const config = ['--config-file', join(import.meta.dir, 'schemathesis.toml')]
    const command = [SCHEMATHESIS, ...config, 'run', `${gateway.url}/openapi.json`, '--no-color', ...args]
    const env = { ...process.env, SCHEMATHESIS_HOOKS: join(import.meta.dir, 'hooks.py') }
    const child = Bun.spawn(command, { cwd: folder, env, stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
    const report = await new Response(child.stdout).text()
    const status = await child.exited
    const ended = gateway.child.exitCode === null ? '' : `\nthe gateway ended:\n${gateway.stderr}`
    return { passed: status === 0 && ended === '', report: report + ended }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const { passed, report } = await fuzz(['--max-time', '60', ...process.argv.slice(2)])
  process.stdout.write(report)
  process.exit(passed ? 0 : 1)
}
