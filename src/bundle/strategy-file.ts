/**
 * A strategy as its author has it, made into what is compiled, run and uploaded: one CommonJS text. TypeScript, ECMAScript
 * modules and what imports files or packages are bundled; a CommonJS file that needs nothing passes byte for byte.
 */
import { basename, extname, resolve } from 'node:path'
import { decodeSource } from '../compiler/source'
import { readInput, STANDARD } from '../files/input'
import { bundle, type StrategyText } from './build'
import { isBundled } from './kind'

/** What commands call a strategy file by. */
const EXTENSIONS = /\.[cm]?[jt]sx?$/

export const isStrategyFile = (text: string): boolean =>
  text === STANDARD || /[/\\]/.test(text) || EXTENSIONS.test(text)

/**
 * @param path of a file, or `-` for standard input.
 * @returns the same bytes for the same files, wherever their folder stands.
 * @throws Failure file_unreadable.
 */
export async function readStrategyFile(path: string): Promise<StrategyText> {
  const extension = extname(path).toLowerCase()
  if (extension === '.tsx' || extension === '.jsx') return refused(path, 'a strategy has no JSX', 'name the file .ts')
  const bytes = readInput(path)
  const decoded = decodeSource(bytes)
  // too long, not text or empty: the compiler says so
  const plain = { bytes, files: path === STANDARD ? [] : [resolve(path)] }
  if ('diagnostic' in decoded) return plain
  return isBundled(decoded.text, extension) ? await bundle(path, decoded.text) : plain
}

function refused(path: string, message: string, hint: string): StrategyText {
  return { diagnostics: [{ stage: 'compile', message, file: basename(path), hint }], files: [resolve(path)] }
}
