/**
 * A report is a heading and a list of sections. A section is a title, a kind and the data of that kind; the page has one
 * renderer for each kind (page/renderers.ts). What the page shows it was told: texts of figures are made here, not there.
 *
 * To show something new:
 * 1. Use a kind that is here already (`curves`, `bars`, `heatmap`, `figures`, `card` fit most), and put a section of it
 *    into a `ReportDocument`. backtest.ts does so for a backtest; `writeReport` of file.ts makes it a file.
 * 2. Or add a kind: its data to `SectionKinds` here, and its renderer to `RENDERERS` of page/renderers.ts. The compiler asks
 *    for the one when it finds the other.
 *
 * Long lists of numbers travel as columns (columns.ts), of which data have a `ColumnRef`.
 */
import type { Tone } from '../../looks/tone'
import type { ColumnRef } from './columns'

export type { Tone }

/** A figure with what it means. */
export interface FigureText {
  readonly label: string
  /** As it is read, with its unit. */
  readonly text: string
  readonly tone?: Tone
  readonly formula?: string
  readonly source?: string
}

export interface SectionKinds {
  /** What must be known before anything else is read. */
  notices: { readonly notices: readonly { readonly tone: Tone; readonly text: string }[] }
  /** The few figures that come first, each with something beside it. */
  headline: { readonly figures: readonly (FigureText & { readonly beside: string })[] }
  /** What was run, as names and values. */
  card: { readonly rows: readonly CardRow[] }
  curves: CurvesData
  candles: CandlesData
  trades: TradesData
  heatmap: HeatmapData
  bars: BarsData
  figures: { readonly groups: readonly { readonly title: string; readonly figures: readonly FigureText[] }[] }
}

export type SectionKind = keyof SectionKinds

export type Section = {
  readonly [kind in SectionKind]: {
    readonly kind: kind
    /** Names the section in addresses; of letters and hyphens. */
    readonly id: string
    readonly title: string
    /** Half as wide as the page, where that is wide. */
    readonly half?: boolean
    readonly data: SectionKinds[kind]
  }
}[SectionKind]

export type SectionOf<K extends SectionKind> = Extract<Section, { kind: K }>

export interface ReportDocument {
  /** That of the window. */
  readonly title: string
  readonly heading: {
    readonly name: string
    readonly chip?: string
    /** Whole; a click copies it. */
    readonly hash?: string
    readonly about: string
  }
  readonly sections: readonly Section[]
}

export interface CardRow {
  readonly term: string
  readonly lines: readonly string[]
  /** For code, file names and digests. */
  readonly mono?: boolean
  /** What it is; a click copies it. */
  readonly copies?: string
}

/** Lines over one axis of time, the first one the subject, the others what it is compared with. */
export interface CurvesData {
  readonly curves: readonly Curve[]
  /** Written behind values, as `USDT`. */
  readonly unit: string
  /** Decimals of the values. */
  readonly digits: number
  /** Values hold at their times alone, and lines lead from one to the next; else a value holds until the next one. */
  readonly joined?: boolean
  /** Times that are marked by lines from top to bottom, ms since 1970, rising, and what they are. */
  readonly borders?: { readonly times: ColumnRef; readonly label: string }
  /** Adds the drawdown of the first curve below. */
  readonly drawdown?: boolean
  /** Offers a logarithmic scale; only for values above zero. */
  readonly logarithmic?: boolean
  /** Read by screen readers in place of the picture. */
  readonly summary: string
}

export interface Curve {
  readonly label: string
  readonly tone: Tone
  /** ms since 1970, rising. */
  readonly times: ColumnRef
  readonly values: ColumnRef
}

export interface CandlesData {
  readonly markets: readonly Market[]
  /** Several, by whose fills it can be filtered. */
  readonly strategies?: readonly string[]
  readonly summary: string
}

/** Candles of a symbol, and what was bought and sold on it. */
export interface Market {
  readonly symbol: string
  /** As `1 m`. */
  readonly interval: string
  /** Openings, ms since 1970. */
  readonly times: ColumnRef
  readonly open: ColumnRef
  readonly high: ColumnRef
  readonly low: ColumnRef
  readonly close: ColumnRef
  readonly fills: {
    readonly times: ColumnRef
    /** 1 bought, 0 sold. */
    readonly bought: ColumnRef
    readonly prices: ColumnRef
    readonly quantities: ColumnRef
    /** Indexes into `strategies`; -1 for what is of none alone. */
    readonly strategy?: ColumnRef
  }
}

/** In the order of their ends. */
export interface TradesData {
  readonly currency: string
  readonly symbols: readonly string[]
  /** Indexes into `symbols`. */
  readonly symbol: ColumnRef
  /** Several, by which it can be filtered, and indexes into them. */
  readonly strategies?: readonly string[]
  readonly strategy?: ColumnRef
  /** 1 long, 0 short. */
  readonly long: ColumnRef
  /** 1 for those that were not closed. */
  readonly open: ColumnRef
  readonly entryTimes: ColumnRef
  readonly exitTimes: ColumnRef
  readonly quantities: ColumnRef
  readonly entryPrices: ColumnRef
  readonly exitPrices: ColumnRef
  readonly pnl: ColumnRef
  /** In percent. */
  readonly pnlPct: ColumnRef
  readonly fees: ColumnRef
  /** More columns, in percent. */
  readonly excursions?: readonly { readonly label: string; readonly formula: string; readonly values: ColumnRef }[]
}

/** A table of numbers, coloured by their sign and size. */
export interface HeatmapData {
  /** What the first column names, for screen readers. */
  readonly corner: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly label: string; readonly cells: readonly (HeatmapCell | null)[] }[]
  /** The last column sums up: it is not coloured. */
  readonly total?: boolean
  readonly note: string
}

export interface HeatmapCell {
  readonly value: number
  readonly text: string
}

/** Bars side by side, such as a histogram. */
export interface BarsData {
  readonly bars: readonly Bar[]
  /** Along the axis, by the share of the width where they stand. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  readonly note: string
  readonly summary: string
  /** Names of the two columns of the table that screen readers get. */
  readonly terms: readonly [string, string]
}

export interface Bar {
  /** Above zero it goes up, below it down. */
  readonly value: number
  /** Goes the other way. */
  readonly below?: number
  readonly tone: Tone
  readonly label: string
  readonly text: string
}
