/** `meltica rm`: deletes revisions; a whole strategy only when that is said. */
import type { Command } from 'commander'
import { Failure } from '../../errors/failure'
import { parseSelector } from '../../registry/selector'
import { modulePath } from './client'
import { type ApiContext, apiCommand } from './command'
import { lines } from './output'

interface Flags {
  readonly all: boolean
  readonly quiet?: true
}

export const rmCommand = ({ api, print }: ApiContext): Command =>
  apiCommand('rm', 'delete revisions with all their tags', 'rm grid:v0.9.0 grid@960b2c1a4f7d', 'rm --all grid')
    .argument('<selector...>', 'name:tag or name@hash; with --all a plain name')
    .option('-a, --all', 'delete strategies with all their revisions', false)
    .option('-q, --quiet', 'print only what was deleted')
    .action(async (selectors: string[], { all, quiet }: Flags) => {
      for (const selector of selectors) checkMeant(selector, all)
      for (const selector of selectors) {
        await api().text('DELETE', modulePath(selector))
        print(lines([quiet ? selector : `deleted ${selector}`]))
      }
    })

/** Docker takes a plain name for its latest, the catalogue takes it for all. @throws Failure usage. */
function checkMeant(selector: string, all: boolean): void {
  const isName = parseSelector(selector).kind === 'name'
  if (isName && !all)
    throw new Failure('usage', `${selector} stands for all its revisions: name one, or add --all to delete them all`)
  if (!isName && all) throw new Failure('usage', `--all goes with the plain name of a strategy, not with ${selector}`)
}
