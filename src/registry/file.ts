/** `registry.json`: text to catalogue and back. */
import { Failure } from '../errors/failure'
import { readRegular, UnfitFile } from '../files/regular'
import { type Digest, parseDigest } from '../schema/digest'
import { isRecord } from '../schema/record'
import { Catalogue } from './catalogue'
import type { Problem } from './change'
import { type Entry, Strategy } from './strategy'

export interface RegistryFile {
  [name: string]: {
    tags: Record<string, Digest>
    hashes: Record<Digest, Entry>
  }
}

/** The largest registry file that is read: some hundred thousand revisions. */
const MAX_REGISTRY_BYTES = 128 << 20

/** @throws Failure storage_unavailable for what is no file of that kind, and what opening throws. */
export function readRegistry(path: string): Buffer {
  try {
    return readRegular(path, MAX_REGISTRY_BYTES)
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error
    const hint = 'take it away: without a registry file the home is read anew; or put a registry file in its place'
    throw new Failure('storage_unavailable', `${path} cannot be read: ${error.message}`, {}, hint)
  }
}

export interface ParsedRegistry {
  readonly catalogue: Catalogue
  /** Parts that mean nothing: left out of the catalogue, and lost if the file were written over. */
  readonly problems: readonly Problem[]
}

const REPAIR =
  'repair the copy that is kept as registry.json.broken-<time>, put it in the place of registry.json, and refresh'

/** Takes what is sound and tells what is not; never throws. */
export function parseRegistry(text: string): ParsedRegistry {
  const problems: Problem[] = []
  const strategies = new Map<string, Strategy>()
  const file = parseJson(text)
  if (!isRecord(file)) {
    const problem = 'registry.json is not a JSON object: it is kept aside, and its strategies are not served'
    return { catalogue: new Catalogue(), problems: [{ path: 'registry.json', problem, hint: REPAIR }] }
  }
  for (const [name, value] of Object.entries(file)) {
    const complain = (problem: string) =>
      problems.push({ strategy: name, path: 'registry.json', problem: `registry.json: ${problem}`, hint: REPAIR })
    if (!isRecord(value)) complain(`${JSON.stringify(name)} is not an object`)
    else strategies.set(name, new Strategy(parseTags(value.tags, complain), parseEntries(value.hashes, complain)))
  }
  return { catalogue: new Catalogue(strategies), problems }
}

function parseTags(value: unknown, complain: (problem: string) => void): Map<string, Digest> {
  const tags = new Map<string, Digest>()
  if (value === undefined || value === null) return tags
  if (!isRecord(value)) {
    complain('"tags" is not an object')
    return tags
  }
  for (const [tag, hash] of Object.entries(value)) {
    const digest = typeof hash === 'string' ? parseDigest(hash) : undefined
    if (digest) tags.set(tag, digest)
    else complain(`tag ${JSON.stringify(tag)} names no hash`)
  }
  return tags
}

function parseEntries(value: unknown, complain: (problem: string) => void): Map<Digest, Entry> {
  const entries = new Map<Digest, Entry>()
  if (value === undefined || value === null) return entries
  if (!isRecord(value)) {
    complain('"hashes" is not an object')
    return entries
  }
  for (const [hash, entry] of Object.entries(value)) {
    const digest = parseDigest(hash)
    if (!digest) complain(`${JSON.stringify(hash)} is not a hash`)
    else if (!isRecord(entry) || typeof entry.path !== 'string') complain(`${hash} has no path`)
    else entries.set(digest, { ...entry, tag: typeof entry.tag === 'string' ? entry.tag : '', path: entry.path })
  }
  return entries
}

/** Lines of the file are kept, for a change concerns one of many strategies: that of 10,000 revisions is made in half a millisecond. */
const strategyLines = new WeakMap<Strategy, { readonly name: string; readonly lines: Uint8Array }>()
const entryTexts = new WeakMap<Entry, string>()

const OPENING = Buffer.from('{\n')
const BETWEEN = Buffer.from(',\n')
const CLOSING = Buffer.from('\n}\n')

/** As JSON.stringify with two spaces would, in UTF-8. */
export function formatRegistry({ strategies }: Catalogue): Uint8Array {
  if (strategies.size === 0) return Buffer.from('{}\n')
  const parts: Uint8Array[] = []
  for (const [name, strategy] of strategies) {
    parts.push(parts.length === 0 ? OPENING : BETWEEN, linesOf(name, strategy))
  }
  return Buffer.concat([...parts, CLOSING])
}

function linesOf(name: string, strategy: Strategy): Uint8Array {
  const kept = strategyLines.get(strategy)
  if (kept?.name === name) return kept.lines
  const lines = Buffer.from(`  ${JSON.stringify(name)}: ${formatStrategy(strategy)}`)
  strategyLines.set(strategy, { name, lines })
  return lines
}

function formatStrategy({ tags, entries }: Strategy): string {
  const tagLines = [...tags].map(([tag, hash]) => `${JSON.stringify(tag)}: "${hash}"`)
  const entryLines = [...entries].map(([hash, entry]) => `"${hash}": ${textOf(entry)}`)
  return block('  ', [`"tags": ${block('    ', tagLines)}`, `"hashes": ${block('    ', entryLines)}`])
}

function textOf(entry: Entry): string {
  const kept = entryTexts.get(entry)
  if (kept !== undefined) return kept
  const text = JSON.stringify(entry, null, 2).replaceAll('\n', '\n      ')
  entryTexts.set(entry, text)
  return text
}

/** @param indent of the line on which the block begins. */
function block(indent: string, lines: readonly string[]): string {
  if (lines.length === 0) return '{}'
  return `{\n${indent}  ${lines.join(`,\n${indent}  `)}\n${indent}}`
}

export function exportRegistry(catalogue: Catalogue): RegistryFile {
  return Object.fromEntries([...catalogue.strategies].map(([name, strategy]) => [name, plain(strategy)]))
}

function plain({ tags, entries }: Strategy): RegistryFile[string] {
  return { tags: Object.fromEntries(tags), hashes: Object.fromEntries(entries) as Record<Digest, Entry> }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
