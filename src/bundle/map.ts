/** The source map of a bundle: the author's files named as from the entry's folder, and small. */
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import { isOfPackage } from '../compiler/absent'
import type { Names } from './names'

interface RawMap {
  readonly sources: readonly string[]
  readonly mappings: string
}

/**
 * Each line of a package is placed, and no more: packages are most of a bundle, and not the author's. What the bundler has
 * written itself is placed where the entry begins: a line of the bundle says nothing to its author.
 * @param entry its path. @param lineCount of the bundle. @returns its JSON.
 */
export function renamedMap(json: string, names: Names, entry: string, lineCount: number): string {
  const map = JSON.parse(json) as RawMap
  const sources = map.sources.map((source) => names.of(source))
  const isPackage = sources.map(isOfPackage)
  const start = sources.indexOf(names.of(entry))
  const decoded = decode(map.mappings)
  const lines = Array.from({ length: lineCount }, (_, index) => {
    const line = decoded[index] ?? []
    if (line.length === 0 && start >= 0) return [[0, start, 0, 0] satisfies SourceMapSegment]
    let last: number | undefined
    return line.filter((segment: SourceMapSegment) => {
      const source = segment.length === 1 ? undefined : segment[1]
      const isKept = source === undefined || source !== last || !isPackage[source]
      last = source
      return isKept
    })
  })
  return JSON.stringify({ version: 3, sources, names: [], mappings: encode(lines) })
}

export function inlineComment(json: string): string {
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(json).toString('base64')}\n`
}
