/** `meltica backup` and `meltica restore`: what the gateway is to run, kept in a file. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Failure } from '../../errors/failure'
import { ContextBackup, ContextRestored } from '../../schema/backup'
import { type AnswerFlags, type ApiContext, answer, answeringCommand, apiCommand } from './command'
import { writeWhole } from './file'
import { columns, jsonText, lines } from './output'

const STANDARD_INPUT = 0

export const backupCommand = ({ api, print, complain }: ApiContext): Command =>
  apiCommand('backup', 'print providers, instances and risk limits, without secrets', 'backup -o gateway.json')
    .option('-o, --output <file>', 'write it to a file instead')
    .action(async ({ output }: { output?: string }) => {
      const backup = await api().call(ContextBackup, 'GET', '/context/backup')
      const text = jsonText(backup)
      if (output === undefined) print(text)
      else writeWhole(output, text)
      complain(lines(backup.omitted.map((path) => `left out, for it is secret: ${path}`)))
    })

export const restoreCommand = (context: ApiContext): Command =>
  answeringCommand(
    'restore',
    'create what of a backup is not there; start nothing',
    'restore gateway.json',
    'backup | MELTICA_API=http://127.0.0.1:8881 meltica restore -',
  )
    .argument('<file>', 'as meltica backup wrote it; - for standard input')
    .action(async (file: string, flags: AnswerFlags) => {
      const restored = await context.api().call(ContextRestored, 'POST', '/context/backup', read(file))
      answer(context, flags, {
        quiet: () => [...restored.providers.map(({ name }) => name), ...restored.lambdas.map(({ id }) => id)],
        json: restored,
        table: () => tableOf(context, restored),
      })
    })

function tableOf({ colours }: ApiContext, { providers, lambdas, risk }: ContextRestored): string {
  return columns(
    colours,
    ['WHAT', 'NAME', 'OUTCOME'],
    [
      ...providers.map(({ name, outcome }) => ['provider', name, outcome]),
      ...lambdas.map(({ id, outcome }) => ['instance', id, outcome]),
      ['risk limits', '', risk],
    ],
  )
}

/** @throws Failure file_unreadable. */
function read(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8'))
    if (typeof value === 'object' && value !== null) return value
    throw new Error('it is no backup')
  } catch (error) {
    throw new Failure('file_unreadable', `${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
