/** All figures, in the groups and the order of the table on a terminal. */
import { FIGURES, type Figure, type FigureName } from '../../statistics/figures'
import type { ReportInput } from '../input'
import type { Section } from '../sections'
import { figure } from './figure'

export function statisticsSection(input: ReportInput): Section {
  const names = Object.keys(FIGURES) as FigureName[]
  const groupOf = (name: FigureName): Figure['group'] => FIGURES[name].group
  const groups = [...new Set(names.map(groupOf))].map((title) => ({
    title,
    figures: names.filter((name) => groupOf(name) === title).map((name) => figure(input, name)),
  }))
  return { kind: 'figures', id: 'statistics', title: 'Statistics', data: { groups } }
}
