/** The report of one backtest: which sections it has, and in which order. */
import type { ColumnWriter } from './columns'
import type { ReportInput } from './input'
import { cardSection } from './parts/card'
import { equitySection } from './parts/equity'
import { exposureSection } from './parts/exposure'
import { headlineSection } from './parts/headline'
import { marketsSection } from './parts/markets'
import { monthsSection } from './parts/months'
import { noticesSection } from './parts/notices'
import { profitsSection } from './parts/profits'
import { rollingSection } from './parts/rolling'
import { strategySharesSection, symbolSharesSection } from './parts/shares'
import { returnsSection, tradeReturnsSection } from './parts/spread'
import { statisticsSection } from './parts/statistics'
import { tradesSection } from './parts/trades'
import type { ReportDocument, Section } from './sections'

export function backtestReport(input: ReportInput, columns: ColumnWriter): ReportDocument {
  const { strategy, stats } = input.result
  const symbols = [...input.recorder.markets.keys()]
  const days = [stats.start, stats.end].map((ms) => new Date(ms ?? 0).toISOString().slice(0, 10))
  return {
    title: `${strategy.name} · ${symbols.join(', ')} · Meltica`,
    heading: {
      name: strategy.name,
      ...(strategy.tag !== '' && { chip: strategy.tag }),
      hash: strategy.hash,
      about: [symbols.join(', '), days.join(' → ')].join(' · '),
    },
    sections: sectionsOf(input, columns),
  }
}

function sectionsOf(input: ReportInput, columns: ColumnWriter): Section[] {
  return [
    noticesSection(input),
    headlineSection(input),
    cardSection(input),
    equitySection(input, columns),
    profitsSection(input, columns),
    strategySharesSection(input),
    symbolSharesSection(input),
    marketsSection(input, columns),
    tradesSection(input, columns),
    monthsSection(input),
    returnsSection(input),
    tradeReturnsSection(input),
    exposureSection(input),
    rollingSection(input, columns),
    statisticsSection(input),
  ].filter((section) => section !== undefined)
}
