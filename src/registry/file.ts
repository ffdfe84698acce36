/** `registry.json`: text to catalogue and back. */

import { type Digest, parseDigest } from '../schema/digest'
import { Catalogue } from './catalogue'
import type { Problem } from './change'
import { type Entry, Strategy } from './strategy'

export interface RegistryFile {
  [name: string]: {
    tags: Record<string, Digest>
    hashes: Record<Digest, Entry>
  }
}

export interface ParsedRegistry {
  readonly catalogue: Catalogue
  /** Parts that mean nothing: left out of the catalogue, and lost if the file were written over. */
  readonly problems: readonly Problem[]
}

/** Takes what is sound and tells what is not; never throws. */
export function parseRegistry(text: string): ParsedRegistry {
  const problems: Problem[] = []
  const strategies = new Map<string, Strategy>()
  const file = parseJson(text)
  if (!isRecord(file)) {
    const problem = 'registry.json is not a JSON object: it is kept aside, and its strategies are not served'
    return { catalogue: new Catalogue(), problems: [{ path: 'registry.json', problem }] }
  }
  for (const [name, value] of Object.entries(file)) {
    const complain = (problem: string) =>
      problems.push({ strategy: name, path: 'registry.json', problem: `registry.json: ${problem}` })
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

/** The strategies' texts are kept, for a change concerns one of many. */
const written = new WeakMap<Strategy, string>()

export function formatRegistry(catalogue: Catalogue): string {
  const parts = [...catalogue.strategies].map(([name, strategy]) => `  ${JSON.stringify(name)}: ${formatted(strategy)}`)
  return parts.length === 0 ? '{}\n' : `{\n${parts.join(',\n')}\n}\n`
}

function formatted(strategy: Strategy): string {
  let text = written.get(strategy)
  if (text === undefined) {
    text = JSON.stringify(plain(strategy), null, 2).replaceAll('\n', '\n  ')
    written.set(strategy, text)
  }
  return text
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
