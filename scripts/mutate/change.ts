/** A small change to a source file, the kind that a slip of the hand makes. */
import ts from 'typescript'

export interface Change {
  readonly kind: string
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Replaces a node. */
export function instead(kind: string, node: ts.Node, text: string): Change {
  return { kind, start: node.getStart(), end: node.getEnd(), text }
}

/** Two nodes change places; what stands between them stays. */
export function swapped(kind: string, first: ts.Node, second: ts.Node): Change {
  const whole = first.getSourceFile().text
  const between = whole.slice(first.getEnd(), second.getStart())
  const text = second.getText() + between + first.getText()
  return { kind, start: first.getStart(), end: second.getEnd(), text }
}

/** A statement goes; where one must stand, an empty block does. */
export const removed = (kind: string, node: ts.Node): Change => instead(kind, node, ts.isBlock(node.parent) ? '' : '{}')

export const applied = (source: string, { start, end, text }: Change): string =>
  source.slice(0, start) + text + source.slice(end)

/** `src/a.ts:12: kind: what was → what is`, on one line. */
export function described(file: string, source: string, change: Change): string {
  const line = source.slice(0, change.start).split('\n').length
  const was = source.slice(change.start, change.end)
  return `${file}:${line}: ${change.kind}: ${brief(was)} → ${change.text === '' ? '(nothing)' : brief(change.text)}`
}

const LONGEST = 100

function brief(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim()
  return flat.length > LONGEST ? `${flat.slice(0, LONGEST)}…` : flat
}
