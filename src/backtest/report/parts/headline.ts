/** The figures that are asked for first. */
import type { FigureName } from '../../statistics/figures'
import type { ReportInput } from '../input'
import type { Section } from '../sections'
import { figure } from './figure'

const PERIODS: Record<ReportInput['ran']['period'], string> = { day: 'daily', week: 'weekly', month: 'monthly' }

export function headlineSection(input: ReportInput): Section {
  const text = (name: FigureName) => figure(input, name).text
  const { ran, result } = input
  const figures = [
    { ...figure(input, 'returnPct'), beside: `buy & hold ${text('buyHoldReturnPct')}` },
    { ...figure(input, 'maxDrawdownPct'), beside: `longest ${text('maxDrawdownDurationMs')}` },
    { ...figure(input, 'sharpe'), beside: `${PERIODS[ran.period]}, ${result.periods} a year` },
    { ...figure(input, 'trades'), beside: `${text('winRatePct')} won` },
    { ...figure(input, 'profitFactor'), beside: `expectancy ${text('expectancyPct')}` },
    { ...figure(input, 'finalEquity'), beside: `fees ${text('fees')}` },
  ]
  return { kind: 'headline', id: 'headline', title: 'At a glance', data: { figures } }
}
