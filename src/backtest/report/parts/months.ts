/** Returns of the months, a row for each year. */
import { grouped } from '../../result/grouped'
import type { ReportInput } from '../input'
import type { HeatmapCell, Section } from '../sections'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function monthsSection({ ran }: ReportInput): Section | undefined {
  const { monthly } = ran
  const years = [...new Set(monthly.map(({ month }) => month.slice(0, 4)))]
  if (years.length === 0) return undefined
  const rows = years.map((label) => {
    const cells = MONTHS.map((_, index) => {
      const name = `${label}-${String(index + 1).padStart(2, '0')}`
      return cell(monthly.find(({ month }) => month === name)?.returnPct)
    })
    const all = monthly.filter(({ month }) => month.startsWith(label)).map(({ returnPct }) => returnPct)
    return { label, cells: [...cells, cell(compounded(all))] }
  })
  const data = { corner: 'Year', columns: [...MONTHS, 'Year'], rows, total: true, note: '%' }
  return { kind: 'heatmap', id: 'months', title: 'Months', half: true, data }
}

/** Null as soon as one is not defined. */
function compounded(returnsPct: readonly (number | null)[]): number | null {
  let growth = 1
  for (const returnPct of returnsPct) {
    if (returnPct === null) return null
    growth *= 1 + returnPct / 100
  }
  return 100 * (growth - 1)
}

function cell(value: number | null | undefined): HeatmapCell | null {
  return value === null || value === undefined ? null : { value, text: grouped(value, Math.abs(value) < 100 ? 1 : 0) }
}
