/** Provider and symbol of an event in one number, and what their words mean. */
import type { RecordCursor } from '../sandbox/cursor'
import type { WordTable } from '../sandbox/words'

export const slotOf = (cursor: RecordCursor): number => cursor.providerWord * 0x1_0000 + cursor.symbolWord

export const providerOf = (slot: number, words: WordTable): string => words.text(Math.floor(slot / 0x1_0000))

export const symbolOf = (slot: number, words: WordTable): string => words.text(slot % 0x1_0000)
