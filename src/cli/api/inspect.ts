/** `meltica inspect`: all that the catalogue knows of a revision, or its source. */
import type { Command } from 'commander'
import type { Metadata } from '../../schema/metadata'
import type { Module } from '../../schema/modules'
import { modulePath } from './client'
import { type AnswerFlags, type ApiContext, answer, apiCommand, withAnswerFlags } from './command'
import { moduleOf } from './names'
import { columns, pinnedText, sizeText } from './output'

const EXAMPLES = [
  'inspect grid:prod',
  'inspect --format table grid@960b2c1a4f7d',
  'inspect --source grid:prod > grid.js',
]

interface Flags extends AnswerFlags {
  readonly source?: true
}

export const inspectCommand = (context: ApiContext): Command =>
  withAnswerFlags(apiCommand('inspect', 'show all that is known of a revision, or its source', ...EXAMPLES), 'json')
    .argument('<selector>', 'name (its latest), name:tag or name@hash')
    .option('--source', 'print the JavaScript')
    .action(async (selector: string, flags: Flags) => {
      const api = context.api()
      if (flags.source) return context.print(await api.text('GET', modulePath(selector, 'source')))
      const module = await moduleOf(api, selector)
      answer(context, flags, {
        quiet: () => [pinnedText(module.name, module.hash, false)],
        json: module,
        table: () => columns(context.colours, ['FIELD', 'VALUE'], fieldsOf(module)),
      })
    })

function fieldsOf({ name, hash, tag, tags, path, size, metadata, running, problem }: Module): string[][] {
  const instances = running.filter((entry) => entry.hash === hash).flatMap((entry) => entry.instances)
  return [
    ['name', name],
    ['tag', tag],
    ['tags', tags.join(' ')],
    ['hash', hash],
    ['path', path],
    ['size', sizeText(size)],
    ...(metadata ? describe(metadata) : []),
    ['running', instances.join(' ') || '-'],
    ...(problem === undefined ? [] : [['problem', problem]]),
  ]
}

function describe({ displayName, description, events, config }: Metadata): string[][] {
  return [
    ['title', displayName],
    ['description', description],
    ['events', events.join(' ')],
    ...config.map(({ name, type, default: value, description = '' }) => [
      `config.${name}`,
      `${type}${value === undefined ? '' : ` = ${JSON.stringify(value)}`}${description && `  ${description}`}`,
    ]),
  ]
}
