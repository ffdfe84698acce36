/** Where a private name is used that no class around it declares: the engine finds that out too late to say where. */
import { type AnyNode, getLineInfo } from 'acorn'
import { type Place, parseSource, walk } from './syntax'

/**
 * The dot before the name, where other engines place it too; the name itself where there is none.
 * @param message the engine's
 */
export function placeOfPrivateName(source: string, message: string): Place | undefined {
  const name = /undefined private field '#(.+)'/.exec(message)?.[1]
  if (name === undefined) return undefined
  const program = parseSource(source, { checkPrivateFields: false })
  const at = program && undeclared(program, name)
  if (at === undefined) return undefined
  const { line, column } = getLineInfo(
    source,
    source.startsWith('?.', at - 2) ? at - 2 : source[at - 1] === '.' ? at - 1 : at,
  )
  return { line, column: column + 1 }
}

/** Where `#name` is first used outside of the classes that declare it. */
function undeclared(program: AnyNode, name: string): number | undefined {
  const uses: number[] = []
  walk(program, (node) => {
    if (node.type === 'PrivateIdentifier' && node.name === name) uses.push(node.start)
    return node.type !== 'ClassBody' || !node.body.some((element) => declares(element, name))
  })
  return uses.length > 0 ? Math.min(...uses) : undefined
}

function declares(element: AnyNode, name: string): boolean {
  return 'key' in element && element.key?.type === 'PrivateIdentifier' && element.key.name === name
}
