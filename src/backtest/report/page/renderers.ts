/** How each kind of section is drawn. */
import type { SectionKind, SectionOf } from '../sections'
import type { Context } from './context'
import { renderBars } from './sections/bars'
import { renderCandles } from './sections/candles'
import { renderCard } from './sections/card'
import { renderCurves } from './sections/curves'
import { renderFigures, renderHeadline } from './sections/figures'
import { renderHeatmap } from './sections/heatmap'
import { renderNotices } from './sections/notices'
import { renderTrades } from './sections/trades'

const RENDERERS: { readonly [K in SectionKind]: (section: SectionOf<K>, context: Context) => HTMLElement } = {
  notices: renderNotices,
  headline: renderHeadline,
  card: renderCard,
  curves: renderCurves,
  candles: renderCandles,
  trades: renderTrades,
  heatmap: renderHeatmap,
  bars: renderBars,
  figures: renderFigures,
}

export function render<K extends SectionKind>(section: SectionOf<K>, context: Context): HTMLElement {
  return RENDERERS[section.kind as K](section, context)
}
