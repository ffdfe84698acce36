/** The suite as a table: situations × ways, with the reasons of what is skipped below. */
import Table from 'cli-table3'
import type { Comparison } from './comparison'
import { WAY_NAMES } from './ways/names'

const WORDS = { reference: '·', same: 'same', differs: 'DIFFERS' } as const

export function tableOf(comparison: Comparison): string {
  const reasons: string[] = []
  const table = new Table({ head: ['situation', ...WAY_NAMES], style: { head: [], border: [], compact: true } })
  for (const situation of comparison.situations) {
    const cells = WAY_NAMES.map((way) => {
      const outcome = comparison.outcome(situation, way)
      if (outcome.kind !== 'skipped') return WORDS[outcome.kind]
      if (!reasons.includes(outcome.reason)) reasons.push(outcome.reason)
      return `skipped (${reasons.indexOf(outcome.reason) + 1})`
    })
    table.push([situation.name, ...cells])
  }
  const notes = reasons.map((reason, i) => `(${i + 1}) ${reason}`)
  return [table.toString(), ...notes, ''].join('\n')
}
