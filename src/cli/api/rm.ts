/** `meltica rm`: deletes revisions. */
import type { Command } from 'commander'
import { modulePath } from './client'
import { type ApiContext, apiCommand } from './command'
import { lines } from './output'

export const rmCommand = ({ api, print }: ApiContext): Command =>
  apiCommand('rm', 'delete revisions; a plain name stands for all of its revisions', 'rm momentum:v1.0.0')
    .argument('<selector...>', 'name, name:tag or name@sha256:<hex>')
    .action(async (selectors: string[]) => {
      for (const selector of selectors) {
        await api().text('DELETE', modulePath(selector))
        print(lines([`deleted ${selector}`]))
      }
    })
