/** What the API document says a call may answer. */
import { offlineDocument } from '../src/http/document'

interface Operation {
  readonly responses: Readonly<Record<string, unknown>>
}

const paths = offlineDocument().paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>
const shapes = Object.keys(paths)
  .map((path) => ({ path, shape: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`) }))
  .sort((a, b) => a.path.split('{').length - b.path.split('{').length)

/** The documented operation that a call is one of. */
function operationOf(method: string, target: string): Operation | undefined {
  const path = target.split('?', 1)[0]!
  const known = shapes.find(({ shape }) => shape.test(path))
  return known && paths[known.path]?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
}

export const isDocumented = (method: string, target: string): boolean => operationOf(method, target) !== undefined

/** @throws Error when a documented call answers with a status that its document does not name. */
export function checkDocumented(method: string, target: string, status: number): void {
  const operation = operationOf(method, target)
  if (operation && !(String(status) in operation.responses)) {
    throw new Error(`${method} ${target} answered ${status}, which the API document does not name`)
  }
}
