/** The operator's page at `/`, and what it is made of. It is open; whatever it shows it asks the API for, with a token. */
import { Elysia } from 'elysia'
import type { Asset } from '../console/assets'
import { Failure } from '../errors/failure'
import { hasAlready, notModified } from './etag'

/** Everything from here, no page of another origin may frame it, and nothing is sent but by the script. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

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
    .get('/console/:file', ({ request, params: { file } }) => serve(request, `/console/${file}`), HIDDEN)
}

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
