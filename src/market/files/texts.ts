/** The texts inside the files, each recognised: those that are to be read, and what lies beside them. */
import { Failure } from '../../errors/failure'
import type { Container, Entry } from './entry'
import { parseFormat } from './formats'
import type { Layout } from './layout'
import { isNote } from './notes'
import { headOf } from './pieces'
import { HEAD_SIZE, type Head, recognise } from './recognise'
import { platformSymbol, symbolOfName } from './symbols'
import { Tally } from './tally'

export interface Text {
  readonly source: Tally
  readonly entry: Entry
  readonly layout: Layout
  /** The symbol of rows that name none. */
  readonly symbol: string
}

interface Asked {
  readonly symbol?: string
  readonly timezone?: string
  readonly format?: string
  readonly live?: unknown
}

/** @throws Failure data_unreadable, data_unrecognised; usage for a format that does not exist. */
export async function textsOf(container: Container, options: Asked): Promise<Text[]> {
  const { timezone } = options
  const named = options.format === undefined ? undefined : parseFormat(options.format)
  const source = new Tally(container)
  const texts: Text[] = []
  let refused: Failure | undefined
  for (const entry of container.entries) {
    const { file } = container
    let head: Head | undefined
    try {
      head = await headOf(entry, HEAD_SIZE)
      const { layout, symbol } = recognise(head, {
        file,
        entry: entry.name,
        label: entry.label,
        timezone,
        named,
        confidential: options.live !== undefined,
      })
      source.format ||= layout.format
      const guess = symbol ?? symbolOfName(entry.name) ?? symbolOfName(file)
      texts.push({ source, entry, layout, symbol: guess ?? options.symbol ?? 'SYMBOL' })
    } catch (error) {
      if (
        !(error instanceof Failure) ||
        container.entries.length === 1 ||
        !isNote(entry.name, head?.isTable ? undefined : head?.text)
      )
        throw error
      refused ??= error
      source.problems.push(`${entry.label} is no market data`)
    }
  }
  if (texts.length === 0 && refused) throw refused
  return texts
}

/** The texts that can hold the symbol asked for. A text whose name tells nothing surer than the user is of that symbol. */
export function wantedOf(texts: readonly Text[], wanted: string | undefined): readonly Text[] {
  if (wanted === undefined) return texts
  const unnamed = texts.filter((text) => text.layout.symbols.length === 0)
  const guesses = new Set(unnamed.map((text) => text.symbol))
  const several = guesses.size > 1 && guesses.has(platformSymbol(wanted))
  return texts.flatMap((text) => {
    if (text.layout.symbols.length > 0) return [text]
    if (several && text.symbol !== platformSymbol(wanted)) return []
    return [{ ...text, symbol: wanted }]
  })
}
