/** Which tests hold which part of src/: those of its own folder first, then what uses it from outside. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const TESTS: Readonly<Record<string, readonly string[]>> = {
  backtest: ['test/backtest', 'test/cli/backtest.test.ts'],
  cli: ['test/cli', 'test/readme.test.ts'],
  compiler: ['test/compiler', 'test/contract/uploads.test.ts'],
  config: ['test/config', 'test/cli/configuration.test.ts', 'test/cli/token.test.ts', 'test/http/tls.test.ts'],
  errors: ['test/errors', 'test/contract/bodies.test.ts', 'test/http/document.test.ts'],
  execution: ['test/execution', 'test/runtime', 'test/parity'],
  flow: ['test/flow', 'test/runtime/races.test.ts', 'test/trading/risk/gate.test.ts', 'test/http/access.test.ts'],
  files: ['test/files', 'test/store', 'test/cli/reasons.test.ts', 'test/cli/standard-streams.test.ts', 'test/registry'],
  hosts: ['test/hosts', 'test/runtime/trading.test.ts', 'test/parity'],
  http: ['test/http', 'test/contract'],
  market: ['test/market', 'test/runtime/replay.test.ts', 'test/runtime/recordings.test.ts'],
  protocol: ['test/protocol', 'test/hosts', 'test/sandbox-host'],
  registry: ['test/registry', 'test/crash/registry.test.ts', 'test/contract/tags.test.ts'],
  runtime: [
    'test/runtime',
    'test/contract',
    'test/cli/configuration.test.ts',
    'test/crash/audit.test.ts',
    'test/crash/full-disk.test.ts',
  ],
  sandbox: ['test/sandbox', 'test/hostile'],
  'sandbox-host': ['test/sandbox-host', 'test/hosts', 'test/runtime/trading.test.ts', 'test/parity'],
  schema: ['test/schema', 'test/config', 'test/http', 'test/contract', 'test/runtime/risk/risk-control.test.ts'],
  store: [
    'test/store',
    'test/runtime/instances/instance-lifecycle.test.ts',
    'test/runtime/retention.test.ts',
    'test/runtime/trading.test.ts',
    'test/contract/audit.test.ts',
  ],
  telemetry: ['test/telemetry', 'test/contract/metrics.test.ts'],
  trading: ['test/trading', 'test/backtest/run.test.ts', 'test/runtime/liquidation.test.ts'],
}

/** @param file of src/, relative to the project's folder. */
export function areaOf(file: string): string {
  const [, folder = ''] = file.split('/')
  return folder in TESTS ? folder : 'cli'
}

/** The test files of an area, in the order of the table. */
export const testsOf = (root: string, area: string): string[] => testFiles(root, TESTS[area] ?? [])

/** @param paths files and folders, relative to the project's folder; one that does not exist holds nothing. */
export function testFiles(root: string, paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => under(root, path, '.test.ts'))
  return [...new Set(found)]
}

/** @returns the files in a folder and those below it, or the file itself, in a fixed order. */
export function under(root: string, path: string, ending: string): string[] {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  const inside = readdirSync(full, { recursive: true, encoding: 'utf8' }).sort()
  return inside.filter((name) => name.endsWith(ending)).map((name) => join(path, name))
}
