/** The table of metrics is what is declared. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { declaredMetrics, METRICS_PAGE, withTable } from '../../scripts/metrics-page'

test('docs/metrics.md is up to date: make types', () => {
  const page = readFileSync(METRICS_PAGE, 'utf8')
  expect(page).toBe(withTable(page))
  expect(withTable('| metric | x |\n| a |\n\nrest')).toContain('| `meltica_build_info` | gauge | `version`, `commit`')
})

test('names are those of Prometheus: totals are counters, and base units are in the name', () => {
  for (const { name, type, help } of declaredMetrics()) {
    expect(name).toMatch(/^(?:meltica|strategy|http|bun)_[a-z_]+$/)
    // a gauge of running instances and the counter beside it have had their names for long
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter'])
    expect(help).toMatch(/^[A-Z0-9]/)
  }
})
