/** The suite as a table: situations × ways, with the reasons of what is skipped below. */
import Table from 'cli-table3'
import type { Comparison, Outcome } from './comparison'
import { WAY_NAMES } from './ways/names'

export function tableOf(comparison: Comparison): string {
  const reasons: string[] = []
  const noted = (reason: string) => {
    if (!reasons.includes(reason)) reasons.push(reason)
    return `skipped (${reasons.indexOf(reason) + 1})`
  }
  const table = new Table({ head: ['situation', ...WAY_NAMES], style: { head: [], border: [], compact: true } })
  for (const [row, situations] of Map.groupBy(comparison.situations, ({ name, group = name }) => group)) {
    const cells = WAY_NAMES.map((way) => {
      const outcomes = situations.map((situation) => comparison.outcome(situation, way))
      return cellOf(outcomes, noted)
    })
    table.push([row, ...cells])
  }
  const notes = reasons.map((reason, i) => `(${i + 1}) ${reason}`)
  return [table.toString(), ...notes, ''].join('\n')
}

function cellOf(outcomes: readonly Outcome[], noted: (reason: string) => string): string {
  const differing = outcomes.filter(({ kind }) => kind === 'differs').length
  if (differing > 0) return outcomes.length === 1 ? 'DIFFERS' : `${differing} DIFFER`
  const [first] = outcomes
  if (first?.kind === 'skipped') return noted(first.reason)
  return first?.kind === 'reference' ? '·' : 'same'
}
