/** Draws a report from the document and the columns that are in the page. */

import { element } from '../../../looks/dom'
import type { ReportDocument } from '../sections'
import { unpack } from './columns'
import { Context } from './context'
import { header, navigation } from './head'
import { render } from './renderers'

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? ''

async function draw(): Promise<void> {
  const report = JSON.parse(textOf('document')) as ReportDocument
  const context = new Context(await unpack(textOf('columns')))
  const page = element('main', { class: 'page' }, header(report))
  document.body.append(navigation(report), page)
  // in the page first: charts are as wide as their place
  for (const section of report.sections) page.append(render(section, context))
  context.follow()
  document.documentElement.dataset.drawn = 'true'
}

draw().catch((error: unknown) => {
  document.body.append(
    element('p', { class: 'notice loss', role: 'alert' }, `This report cannot be drawn: ${String(error)}`),
  )
})
