/** `meltica inspect`: all that the catalogue knows of a revision, or its source. */
import type { Command } from 'commander'
import { Module } from '../../schema/catalogue'
import { modulePath } from './client'
import { type ApiContext, apiCommand } from './command'
import { jsonText } from './output'

export const inspectCommand = ({ api, print }: ApiContext): Command =>
  apiCommand('inspect', 'show a revision as JSON, or its source', 'inspect momentum:v1.0.0 --source')
    .argument('<selector>', 'name, name:tag or name@sha256:<hex>')
    .option('--source', 'print the JavaScript')
    .action(async (selector: string, { source }: { source?: boolean }) => {
      const path = modulePath(selector)
      print(source ? await api().text('GET', `${path}/source`) : jsonText(await api().call(Module, 'GET', path)))
    })
