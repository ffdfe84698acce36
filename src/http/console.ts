/** The operator's page at `/`, and what it is made of. It is open; whatever it shows it asks the API for, with a token. */
import { Elysia } from 'elysia'
import type { Asset } from '../console/assets'
import { Failure } from '../errors/failure'
import { hasAlready, notModified } from './etag'
import { reportPolicy } from './report-policy'

/** Everything from here, no page of another origin may frame it, and nothing is sent but by the script. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Where a report of a backtest is drawn, of which the page hands over the text: the token of the page is sent with no frame.
 * What is in it is of no origin, so that it reaches neither the page nor the API, and asks for nothing.
 */
const FRAME = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Report</title>
<script>
addEventListener('message', ({ source, data }) => {
  if (source !== parent) return
  document.open()
  document.write(data)
  document.close()
})
</script>
</head>
</html>
`

const HIDDEN = { detail: { hide: true } }

export const consolePage = () => {
  let assets: ReadonlyMap<string, Asset> | undefined
  const serve = async (request: Request, path: string) => {
    // from sources it is bundled, and only for those who want it
    assets ??= (await import('../console/assets')).consoleAssets()
    const asset = assets.get(path)
    if (!asset) throw new Failure('not_found', `no such path: ${path}`)
    return answer(request, asset)
  }
  return new Elysia({ name: 'http/console' })
    .get('/', ({ request }) => serve(request, '/'), HIDDEN)
    .get('/console/frame', frame, HIDDEN)
    .get('/console/:file', ({ request, params: { file } }) => serve(request, `/console/${file}`), HIDDEN)
}

const frame = (): Response =>
  new Response(FRAME, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': reportPolicy("'self'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    },
  })

function answer({ headers }: Request, { type, bytes, gzipped, etag, isForever }: Asset): Response {
  if (hasAlready(headers.get('if-none-match'), etag)) return notModified(etag)
  const isGzipped = /\bgzip\b/.test(headers.get('accept-encoding') ?? '')
  return new Response(isGzipped ? gzipped : bytes, {
    headers: {
      'content-type': type,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': isForever ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
      etag,
      ...(isGzipped && { 'content-encoding': 'gzip' }),
    },
  })
}
