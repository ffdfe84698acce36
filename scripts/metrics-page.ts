/** Writes the table of docs/metrics.md from the metrics as they are declared: `make types`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DeclaredMetric, Metrics } from '../src/telemetry/metrics'

export const METRICS_PAGE = join(import.meta.dir, '../docs/metrics.md')

/** What prom-client makes of the process by itself. */
const PROCESS = /^(?:process|nodejs)_/

/** All metrics of the product, by name. */
export function declaredMetrics(): DeclaredMetric[] {
  const metrics = new Metrics({ environment: 'none' })
  // it is there with HTTPS alone
  metrics.certificateEnds(0)
  return metrics
    .declared()
    .filter(({ name }) => !PROCESS.test(name))
    .sort((a, b) => a.name.localeCompare(b.name))
}

const rowOf = ({ name, type, labels, help }: DeclaredMetric): string =>
  `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`

/** @param page the text of the page. @returns it with the table as it is to be. */
export function withTable(page: string): string {
  const table = [
    '| metric | type | labels | what it is |',
    '|---|---|---|---|',
    ...declaredMetrics().map(rowOf),
    '| `process_…`, `nodejs_…` | | | the process |',
  ].join('\n')
  return page.replace(/^\| metric \|[\s\S]*?(?=\n\n)/m, () => table)
}

if (import.meta.main) writeFileSync(METRICS_PAGE, withTable(readFileSync(METRICS_PAGE, 'utf8')))
