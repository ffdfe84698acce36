/** What takes the room in a bundle that is too large. */

import type { Diagnostic } from '../schema/metadata'
import { MAX_SOURCE_BYTES } from '../schema/source-size'
import type { Names } from './names'

const MOST_NAMED = 3
const KIB = 1024

/** @param inputs bytes of each file in the bundle. */
export function tooLarge(
  bytes: number,
  inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>,
  names: Names,
): Diagnostic {
  const parts = new Map<string, number>()
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const part = partOf(names.of(path))
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput)
  }
  const largest = [...parts].sort(([, a], [, b]) => b - a).slice(0, MOST_NAMED)
  const named = largest.map(([part, size]) => `${part} ${Math.ceil(size / KIB)} KiB`).join(', ')
  return {
    stage: 'compile',
    message: `the bundle has ${bytes} bytes, more than ${MAX_SOURCE_BYTES / KIB} KiB: ${named}`,
    hint: 'import the functions that are used instead of whole packages, and leave data out',
  }
}

/** The package of a file, or the file itself. */
const partOf = (name: string): string => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? name
