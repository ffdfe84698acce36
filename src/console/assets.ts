/** The files of the console as they are served: whole, compressed, and by which tag each is known. */
import { createHash } from 'node:crypto'
import { consoleBundle } from './bundle' with { type: 'macro' }

export interface Asset {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
  /** Quoted. */
  readonly etag: string
  /** Its path changes with what is in it. */
  readonly isForever: boolean
}

const { scripts, style } = consoleBundle()

/** By their paths, as `/console/main-3f1c9a.js`; the page itself is `/`. */
export function consoleAssets(): Map<string, Asset> {
  const styled = `/console/console-${digest(style).slice(0, 8)}.css`
  const scripted = scripts.map(({ name, text }) => [`/console/${name}`, asset('text/javascript', text, true)] as const)
  const page = pageHtml(styled, scripted[0]?.[0] ?? '')
  return new Map([['/', asset('text/html', page, false)], [styled, asset('text/css', style, true)], ...scripted])
}

function asset(type: string, text: string, isForever: boolean): Asset {
  const bytes = new TextEncoder().encode(text)
  return {
    type: `${type}; charset=utf-8`,
    bytes,
    gzipped: Bun.gzipSync(bytes, { level: 9 }),
    etag: `"${digest(text).slice(0, 32)}"`,
    isForever,
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

const pageHtml = (style: string, script: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Meltica</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body>
<noscript>This console is drawn by a script of its own: open it in a browser with JavaScript.</noscript>
<div id="console"></div>
</body>
</html>
`
