/** Which paths there are, and which methods each answers to: for 405, OPTIONS and the labels of metrics. */
interface Route {
  readonly method: string
  /** As `/strategies/modules/:name`. */
  readonly path: string
}

export interface KnownPath {
  readonly pattern: string
  /** With HEAD wherever GET is, and OPTIONS. */
  readonly methods: readonly string[]
}

export class Routes {
  private readonly known: (KnownPath & { readonly shape: RegExp })[]

  constructor(routes: readonly Route[]) {
    const methods = new Map<string, Set<string>>()
    for (const { method, path } of routes) {
      const of = methods.get(path) ?? new Set()
      methods.set(path, of.add(method))
    }
    this.known = [...methods]
      .map(([pattern, of]) => ({ pattern, shape: shapeOf(pattern), methods: allowed(of) }))
      .sort((a, b) => wildness(a.pattern) - wildness(b.pattern))
  }

  /** @param path the path of the request, percent-encoded as it came. */
  match(path: string): KnownPath | undefined {
    return this.known.find(({ shape }) => shape.test(path))
  }
}

function shapeOf(pattern: string): RegExp {
  const parts = pattern.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)))
  return new RegExp(`^${parts.join('/')}/?$`)
}

function allowed(methods: ReadonlySet<string>): string[] {
  const head = methods.has('GET') ? ['HEAD'] : []
  return [...new Set([...methods, ...head, 'OPTIONS'])].sort()
}

/** Fixed paths are tried before those with a variable part. */
const wildness = (pattern: string): number => pattern.split(':').length
