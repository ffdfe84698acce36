/** What the commands that move a tag share. */
import type { Command } from 'commander'
import { type AnswerFlags, type ApiContext, answer, answeringCommand } from './command'
import { lines, pinnedText } from './output'

export interface MoveFlags extends AnswerFlags {
  /** False after `--no-refresh`. */
  readonly refresh: boolean
  readonly message?: string
}

/** A command that moves a tag. */
export const movingCommand = (name: string, description: string, ...examples: string[]): Command =>
  answeringCommand(name, description, ...examples)
    .option('--no-refresh', 'leave the instances that follow the tag where they are')
    .option('-m, --message <text>', 'why, for the history of the tag')

interface Move {
  readonly strategy: string
  readonly tag: string
  readonly hash: string
  /** "" for a new tag. */
  readonly previousHash: string
}

export function answerMove(context: ApiContext, flags: MoveFlags, move: Move): void {
  const { strategy, tag, hash, previousHash } = move
  const before = previousHash === '' ? '' : previousHash === hash ? ' (unchanged)' : ` (was ${previousHash})`
  answer(context, flags, {
    quiet: () => [pinnedText(strategy, hash, false)],
    json: move,
    table: () => lines([`${strategy}:${tag} -> ${hash}${before}`]),
  })
}
