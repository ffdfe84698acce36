/** Which paths there are, which methods each answers to, and which query fields a call takes. */
import { Failure } from '../errors/failure'

interface Route {
  readonly method: string
  /** As `/strategies/modules/:name`. */
  readonly path: string
  readonly hooks?: { readonly query?: unknown; readonly detail?: { readonly operationId?: string } }
}

export class KnownPath {
  private readonly fields = new Map<string, ReadonlySet<string>>()
  private readonly operations = new Map<string, string | undefined>()
  private readonly shape: RegExp

  /** @param pattern as `/strategies/modules/:name`. */
  constructor(readonly pattern: string) {
    const steps = pattern.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')))
    this.shape = new RegExp(`^${steps.join('/')}/?$`)
  }

  addMethod({ method, hooks }: Route): void {
    this.fields.set(method, new Set(fieldsOf(hooks?.query)))
    this.operations.set(method, hooks?.detail?.operationId)
  }

  matches(path: string): boolean {
    return this.shape.test(path)
  }

  /** With HEAD wherever GET is, and OPTIONS. */
  get methods(): string[] {
    const head = this.fields.has('GET') ? ['HEAD'] : []
    return [...this.fields.keys(), ...head, 'OPTIONS'].sort()
  }

  /** What the API document calls it; undefined for what it leaves out. */
  operationId(method: string): string | undefined {
    return this.operations.get(method === 'HEAD' ? 'GET' : method)
  }

  /** @throws Failure invalid_request for a field that the call does not take, or that is given twice. */
  checkQuery(method: string, query: string): void {
    const known = this.fields.get(method === 'HEAD' ? 'GET' : method)
    if (query === '' || known === undefined) return
    const seen = new Set<string>()
    for (const name of new URLSearchParams(query).keys()) {
      const message = seen.has(name) ? 'is given twice' : known.has(name) ? undefined : 'is unknown'
      if (message !== undefined) {
        const problems = [{ path: name, message }]
        throw new Failure('invalid_request', `query field "${name}" ${message}`, { problems })
      }
      seen.add(name)
    }
  }
}

export class Routes {
  private readonly known: readonly KnownPath[]

  constructor(routes: readonly Route[]) {
    const paths = new Map<string, KnownPath>()
    for (const route of routes) {
      const path = paths.get(route.path) ?? new KnownPath(route.path)
      path.addMethod(route)
      paths.set(route.path, path)
    }
    this.known = [...paths.values()].sort((a, b) => wildness(a.pattern) - wildness(b.pattern))
  }

  /** @param path the path of the request, percent-encoded as it came. */
  match(path: string): KnownPath | undefined {
    return this.known.find((known) => known.matches(path))
  }
}

/** The names of a query schema. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return []
  return Object.keys(schema.properties ?? {})
}

/** Fixed paths are tried before those with a variable part. */
const wildness = (pattern: string): number => pattern.split(':').length
