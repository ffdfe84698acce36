/** `meltica push`: uploads a strategy, with all its tags in one step. */
import { basename } from 'node:path'
import type { Command } from 'commander'
import { readStrategyFile } from '../../bundle/strategy-file'
import { decodeSource } from '../../compiler/source'
import { STANDARD } from '../../files/input'
import type { Diagnostic } from '../../schema/metadata'
import { type UploadBody, Uploaded } from '../../schema/uploads'
import { diagnosticLine, warningLine } from '../diagnostics'
import { type AnswerFlags, type ApiContext, answer, answeringCommand, collected } from './command'
import { lines, pinnedText } from './output'
import { Refusal } from './refusal'

const EXAMPLES = [
  'push grid.js --tag v1.1.0 --alias stable --no-promote',
  'push grid.ts',
  'push grid.js --tag v1.2.0 --alias prod --reassign prod -m "wider spacing"',
  'tag "$(meltica push -q grid.js)" canary',
]

interface Flags extends AnswerFlags {
  readonly tag?: string
  readonly alias?: string[]
  readonly reassign?: string[]
  readonly promote?: boolean
  readonly message?: string
}

export const pushCommand = (context: ApiContext): Command =>
  answeringCommand('push', 'upload a strategy as a new revision', ...EXAMPLES)
    .argument('<file>', 'the path of a .ts or .js file, which is bundled with what it imports; - for standard input')
    .option('-t, --tag <tag>', 'its tag; default metadata.tag')
    .option('-a, --alias <tag>', 'one more tag; may be repeated', collected)
    .option('--reassign <tag>', 'move a tag that names another revision; may be repeated', collected)
    .option('--promote', 'move latest to it (the default)')
    .option('--no-promote', 'leave latest where it is')
    .option('-m, --message <text>', 'why, for the history of its tags')
    .action(async (file: string, flags: Flags) => {
      const uploaded = await upload(context, file, flags)
      if (uploaded.warnings.length > 0) {
        context.complain(lines(uploaded.warnings.map((warning) => warningLine(file, warning))))
      }
      const { name, tag, hash } = uploaded.module
      answer(context, flags, {
        quiet: () => [pinnedText(name, hash, false)],
        json: uploaded,
        table: () => lines([`${name}:${tag} ${hash}${uploaded.unchanged ? ' (unchanged)' : ''}`]),
      })
    })

/** @throws Failure after the diagnostics were told. */
async function upload({ api, complain }: ApiContext, file: string, flags: Flags): Promise<Uploaded> {
  const { tag, alias, reassign, promote, message } = flags
  try {
    return await api().call(Uploaded, 'POST', '/strategies/modules', {
      source: await sourceOf(file),
      ...(file !== STANDARD && { filename: basename(file) }),
      ...(tag !== undefined && { tag }),
      ...(alias && { aliases: alias }),
      ...(reassign && { reassignTags: reassign }),
      ...(promote !== undefined && { promoteLatest: promote }),
      ...(message !== undefined && { message }),
    } satisfies UploadBody)
  } catch (error) {
    if (error instanceof Refusal) complain(lines(error.diagnostics.map((found) => diagnosticLine(file, found))))
    throw error
  }
}

/** With its byte order mark, if any: it is stored byte for byte. @throws Failure of a file that is no text. */
async function sourceOf(file: string): Promise<string> {
  const read = await readStrategyFile(file)
  if ('diagnostics' in read) throw invalid(read.diagnostics)
  const { bytes } = read
  const decoded = decodeSource(bytes)
  if ('text' in decoded) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  throw invalid([decoded.diagnostic])
}

function invalid(diagnostics: readonly Diagnostic[]): Refusal {
  const refused = { error: 'strategy_validation_failed', message: 'the strategy is not valid', hint: '' }
  return new Refusal({ ...refused, diagnostics: [...diagnostics] })
}
