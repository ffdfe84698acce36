/** What `meltica init` puts into a folder: the files of a template, with the strategy's own name in them. */
import { templateFiles } from './template-files' with { type: 'macro' }

const FILES = templateFiles()

export const TEMPLATE_NAMES = ['blank', 'cross', 'grid', 'maker'] as const
export type TemplateName = (typeof TEMPLATE_NAMES)[number]

export interface Project {
  /** A valid strategy name. */
  readonly name: string
  readonly template: TemplateName
  readonly language: 'ts' | 'js'
}

/** Most that `displayName` may have. */
const MAX_DISPLAY_NAME = 80

/** The types of the strategy API and of its tests. */
export const TYPES = file('meltica.d.ts')

/** Texts by their paths. */
export function projectFiles({ name, template, language }: Project): Map<string, string> {
  const source = `strategy.${language}`
  const named = (path: string) =>
    file(path)
      .replaceAll(/\bstrategy\.ts\b/g, source)
      .replaceAll('My strategy', titleOf(name))
      .replaceAll('my-strategy', name)
  return new Map([
    [source, named(`${template}/${source}`)],
    ['strategy.test.ts', named(`${template}/strategy.test.ts`)],
    ['meltica.d.ts', TYPES],
    ['tsconfig.json', file('tsconfig.json')],
    ['README.md', named('README.md')],
  ])
}

/** As operators see it: `btc-cross` is `Btc cross`. */
function titleOf(name: string): string {
  const words = name.replaceAll(/[-._]+/g, ' ').trim()
  return (words.charAt(0).toUpperCase() + words.slice(1)).slice(0, MAX_DISPLAY_NAME)
}

function file(path: string): string {
  const text = FILES[path]
  if (text === undefined) throw new Error(`sandbox/templates/${path} is missing`)
  return text
}
