/** Where in a source a part of `module.exports` stands, for problems that are found in its value. */
import { ModuleParts } from './module-parts'
import { type Place, parseSource, placeOf } from './syntax'

/**
 * @param paths as `metadata.config[0].type` or `create`. What does not stand literally in the source is
 * placed at the innermost part that does.
 * @returns one place for each path; undefined where nothing of it can be found.
 */
export function locate(source: string, paths: readonly string[]): (Place | undefined)[] {
  const program = parseSource(source)
  if (!program) return paths.map(() => undefined)
  const module = new ModuleParts(program)
  return paths.map((path) => placeOf(module.find(path.split(/[.[\]]+/))))
}
