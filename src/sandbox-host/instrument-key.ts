/** Provider and symbol of an event in one number, and what their words mean. */
import type { RecordCursor } from '../sandbox/cursor'
import type { WordTable } from '../sandbox/words'

export const instrumentKey = (cursor: RecordCursor): number => cursor.providerWord * 0x1_0000 + cursor.symbolWord

export const providerOf = (instrument: number, words: WordTable): string =>
  words.text(Math.floor(instrument / 0x1_0000))

export const symbolOf = (instrument: number, words: WordTable): string => words.text(instrument % 0x1_0000)
