/**
 * What a request asks for: its URL is read once and here, for the check of who may call, for what is answered from memory
 * and for the route. Whatever could be read in two ways is refused.
 */
import { Failure } from '../errors/failure'

export interface Target {
  /** The name or address that the call came by; an IPv6 address in brackets. */
  readonly hostname: string
  /** Begins with `/`, percent-encoded as it came, without dot segments. */
  readonly path: string
  /** Behind the `?`; '' without one. */
  readonly query: string
  /** Path and query. */
  readonly text: string
}

/** What a client that names no host, as HTTP/1.0 allows, is taken to call by. */
const UNNAMED = 'localhost'
const SCHEME = /^https?:\/\//
/** Most calls, told at a glance: nothing of it could be read in another way. */
const PLAIN = /^(?:127\.0\.0\.1|localhost)(?::(?:\d{1,4}|[1-5]\d{4}))?$/
/** A name or an address and perhaps a port (RFC 9110 §7.2): no userinfo, no path, no second one. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[\w.~-]+)(?::\d{1,5})?$/i

/** @returns a Failure invalid_host or invalid_path for what is none. */
export function targetOf({ url, headers }: Request): Target | Failure {
  const host = headers.get('host')
  const hostname = hostnameOf(host)
  if (hostname === undefined) {
    return new Failure('invalid_host', `${JSON.stringify(host?.slice(0, 100))} is not one host with or without a port`)
  }
  const text = textOf(url)
  if (text === undefined) return new Failure('invalid_path', 'the target is not a path with or without a query')
  const end = text.indexOf('?')
  const path = end < 0 ? text : text.slice(0, end)
  return { hostname, path, query: end < 0 ? '' : text.slice(end + 1), text }
}

/** The request as the router is to see it, which looks for the path from the 12th character of an absolute URL on. */
export function routable(request: Request, { text }: Target): Request {
  const { url } = request
  const isAsRead = SCHEME.test(url) && url.indexOf('/', 8) >= 11
  return isAsRead ? request : new Request(`http://${UNNAMED}${text}`, request)
}

function hostnameOf(host: string | null): string | undefined {
  if (host === null || host === '') return UNNAMED
  if (PLAIN.test(host)) return host.split(':', 1)[0]
  return HOST.test(host) ? URL.parse(`http://${host}`)?.hostname : undefined
}

/** Bun leaves the URL relative, and its dot segments in it, where there is no Host header. */
function textOf(url: string): string | undefined {
  const absolute = SCHEME.test(url) ? url : url.startsWith('/') ? resolved(url) : undefined
  // what is behind a # never leaves a client
  return absolute?.includes('#') ? undefined : absolute?.slice(absolute.indexOf('/', 8))
}

const resolved = (path: string): string => {
  const { pathname, search, hash } = new URL(`http://${UNNAMED}${path}`)
  return `http://${UNNAMED}${pathname}${search}${hash}`
}
