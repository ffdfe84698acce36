/**
 * A report as one HTML file that needs nothing else: style, script and data are in it, and its policy forbids the
 * network. What comes from outside (names, configs, symbols, file names) is data: the page shows it as text, and none of
 * it is ever read as markup.
 */
import look from '../../looks/look.css' with { type: 'text' }
import { page } from './bundle' with { type: 'macro' }
import type { ColumnWriter } from './columns'
import style from './page/page.css' with { type: 'text' }
import type { ReportDocument } from './sections'

const { script, sha256 } = page()

const POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${sha256}'`,
  // the charts style their elements one by one
  "style-src 'unsafe-inline'",
  // the pictures of the charts that are printed
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** @param columns those that the document refers to. The same bytes for the same input. */
export function reportHtml(document: ReportDocument, columns: ColumnWriter): string {
  const packed = Buffer.from(Bun.gzipSync(columns.finish(), { library: 'libdeflate', level: 1 })).toString('base64')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(document.title)}</title>
<link rel="icon" href="data:,">
<style>
${look}
${style}
</style>
</head>
<body>
<noscript>This report is drawn by a script of its own: open it in a browser with JavaScript.</noscript>
<script type="application/json" id="document">${inScript(JSON.stringify(document))}</script>
<script type="application/octet-stream" id="columns">${packed}</script>
<script>${script}</script>
</body>
</html>
`
}

/** In a title nothing is read but character references. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** JSON in which no tag and no comment can begin. */
function inScript(json: string): string {
  return json.replaceAll('<', '\\u003c')
}
