/** What of Node and of browsers a strategy's own files use: it is not there. Packages ask for it first, or never use it. */
import type { Program } from 'acorn'
import { absentUnder, isOfPackage } from '../compiler/absent'
import { NamesUsed } from '../compiler/names-used'
import { parseSource, placeOf } from '../compiler/syntax'
import { SourceMap } from '../sandbox/source-map'
import type { Diagnostic } from '../schema/metadata'

/** @param code a bundle, with the head of each file as a comment. @param map its source map. */
export function absentIn(code: string, map: string): Diagnostic[] {
  const program = parseSource(code)
  if (!program) return []
  const places = new SourceMap(map)
  const body = program.body.filter(({ start }) => isAuthors(code, start))
  const own: Program = { ...program, body }
  return absentUnder(own, new NamesUsed(own)).flatMap(({ at, message, hint }) => {
    const place = placeOf(at)
    return place ? [{ stage: 'compile' as const, message, hint, ...places.at(place.line, place.column) }] : []
  })
}

/** By the last head of a file before it. */
function isAuthors(code: string, start: number): boolean {
  const head = /^\/\/ (.+)$/m.exec(code.slice(Math.max(0, code.lastIndexOf('\n// ', start)) + 1, start))?.[1]
  return head !== undefined && !isOfPackage(head)
}
