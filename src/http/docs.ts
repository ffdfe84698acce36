/** The API document and Swagger UI over it, all from this program: it works without a network. */
import { Elysia } from 'elysia'
import style from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import start from './docs.browser.js' with { type: 'text' }

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Meltica API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>.swagger-ui .from-file { display: block; margin: 12px 0 } .dark-mode .swagger-ui .from-file { color: #e4e6e6 }</style>
</head>
<body>
<div id="ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

/** Everything from here, and no page of another origin may frame it. Swagger UI styles its elements inline. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"

const HIDDEN = { detail: { hide: true } }
const file = (path: string, type: string) =>
  new Response(Bun.file(path), { headers: { 'content-type': type, 'cache-control': 'max-age=3600' } })

/** @param document makes what /openapi.json answers, when it is first asked for. */
export const docs = (document: () => Promise<object>) => {
  let text: string | undefined
  const json = async () => {
    text ??= JSON.stringify(await document())
    return new Response(text, { headers: { 'content-type': 'application/json' } })
  }
  return new Elysia({ name: 'http/docs' })
    .get('/openapi.json', json, HIDDEN)
    .get(
      '/docs',
      () =>
        new Response(PAGE, {
          headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
        }),
      HIDDEN,
    )
    .get('/docs/swagger-ui-bundle.js', () => file(script, 'text/javascript; charset=utf-8'), HIDDEN)
    .get('/docs/swagger-ui.css', () => file(style, 'text/css; charset=utf-8'), HIDDEN)
    .get(
      '/docs/start.js',
      () => new Response(start, { headers: { 'content-type': 'text/javascript; charset=utf-8' } }),
      HIDDEN,
    )
}
