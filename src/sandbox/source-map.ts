/**
 * The inline source map of a bundle: from a place in the file that runs to one in the file that its author wrote.
 * It comes with the strategy, so nothing of it is taken for granted: a broken one names no place, and costs no more than
 * its length allows. It is read when a place is asked for first.
 */
import { TraceMap, traceSegment } from '@jridgewell/trace-mapping'
import { plainText } from '../schema/plain-text'
import { isRecord } from '../schema/record'

/** More lines than a source of 1 MiB has. */
const MOST_LINES = 1 << 20
const MOST_SOURCES = 1 << 16
const MOST_SECTIONS = 1000
const MAX_FILE_NAME = 200
const URL_OF_MAP = /(?:\/\/|\/\*)[#@][ \t]*sourceMappingURL=(data:[^\s'"]+)[ \t]*(?:\*\/)?\s*$/
const DATA_URL = /^data:([^,]*),(.*)$/s
/** Where the directive begins is searched from the end. */
const DIRECTIVE = 'sourceMappingURL='

export interface AuthorPlace {
  /** As the map names it, without what bundlers put in front. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
}

interface Section {
  /** 0-based place in the file that runs, where it begins. */
  readonly line: number
  readonly column: number
  readonly files: readonly (string | null)[]
  readonly map: TraceMap
}

/** @returns the JSON of the map at the end of a source; undefined where there is none, '' where it cannot be decoded. */
export function inlineSourceMap(source: string): string | undefined {
  const at = source.lastIndexOf(DIRECTIVE)
  if (at < 0) return undefined
  const url = URL_OF_MAP.exec(source.slice(Math.max(0, at - 8)))?.[1]
  if (url === undefined) return undefined
  const [, type = '', data = ''] = DATA_URL.exec(url) ?? []
  try {
    return /;\s*base64$/i.test(type) ? Buffer.from(data, 'base64').toString() : decodeURIComponent(data)
  } catch {
    return ''
  }
}

export class SourceMap {
  private sections: readonly Section[] | undefined
  private broken: string | undefined

  /** @param json as `inlineSourceMap` finds it. */
  constructor(private readonly json: string) {}

  /** Why it cannot be read. */
  get problem(): string | undefined {
    this.read()
    return this.broken
  }

  /** @param line 1-based, as `column`, in the file that runs. */
  at(line: number, column: number): AuthorPlace | undefined {
    try {
      return this.find(line - 1, Math.max(column, 1) - 1)
    } catch (error) {
      this.broken = reasonOf(error)
      this.sections = []
      return undefined
    }
  }

  private find(line: number, column: number): AuthorPlace | undefined {
    const section = this.read().findLast((one) => one.line < line || (one.line === line && one.column <= column))
    if (!section) return undefined
    const within = line - section.line
    const found = traceSegment(section.map, within, within === 0 ? column - section.column : column)
    if (!found || found.length === 1) return undefined
    const [, source, original, originalColumn] = found
    const file = section.files[source]
    if (!file || !isPlace(original) || !isPlace(originalColumn)) return undefined
    return { file, line: original + 1, column: originalColumn + 1 }
  }

  private read(): readonly Section[] {
    if (this.sections) return this.sections
    try {
      this.sections = sectionsOf(parsed(this.json))
    } catch (error) {
      this.broken = reasonOf(error)
      this.sections = []
    }
    return this.sections
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new TypeError('it is not JSON')
  }
}

function sectionsOf(value: unknown): Section[] {
  if (!isRecord(value)) throw new TypeError('it is not an object')
  if (Number(value.version) !== 3) throw new TypeError('its version is not 3')
  if (value.sections === undefined) return [sectionOf(value, 0, 0)]
  if (!Array.isArray(value.sections)) throw new TypeError('its sections are not a list')
  if (value.sections.length > MOST_SECTIONS) throw new TypeError(`it has more than ${MOST_SECTIONS} sections`)
  const sections = value.sections.map((section: unknown) => {
    const offset = isRecord(section) && isRecord(section.offset) ? section.offset : {}
    const { line, column } = offset
    if (!isRecord(section) || !isRecord(section.map) || !isPlace(line) || !isPlace(column)) {
      throw new TypeError('a section has no map or no offset')
    }
    if (section.map.sections !== undefined) throw new TypeError('a section has sections of its own')
    return sectionOf(section.map, line, column)
  })
  return sections.sort((a, b) => a.line - b.line || a.column - b.column)
}

function sectionOf(map: Readonly<Record<string, unknown>>, line: number, column: number): Section {
  const { sources, sourceRoot, mappings } = map
  if (!Array.isArray(sources) || sources.length > MOST_SOURCES) throw new TypeError('its sources are not a list')
  if (typeof mappings !== 'string' || !/^[\w+/,;]*$/.test(mappings)) throw new TypeError('its mappings are not VLQ')
  const root = typeof sourceRoot === 'string' && sourceRoot !== '' ? `${sourceRoot.replace(/\/$/, '')}/` : ''
  const files = sources.map((source: unknown) => (typeof source === 'string' ? fileName(root, source) : null))
  const traced = { version: 3 as const, sources: files.map((_, index) => String(index)), names: [], mappings }
  return { line, column, files, map: new TraceMap(traced) }
}

/** Without `webpack://name/`, `file://`, `./` in front and what webpack adds behind. */
function fileName(root: string, source: string): string {
  const whole = /^(?:[a-z][\w+.-]+:|\/)/i.test(source) ? source : `${root}${source}`
  const name = plainText(whole.slice(-4 * MAX_FILE_NAME))
    .replace(/^webpack:\/\/[^/]*\//i, '')
    .replace(/^file:\/\//i, '')
    .replace(/\?[0-9a-f]*$/i, '')
    .replace(/^(?:\.\/)+/, '')
  return name.length <= MAX_FILE_NAME ? name : `…${name.slice(-MAX_FILE_NAME)}`
}

const isPlace = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MOST_LINES

const reasonOf = (error: unknown): string => (error instanceof TypeError ? error.message : 'it is nested too deep')
