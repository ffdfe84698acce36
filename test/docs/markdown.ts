/** The documents of the project, and what in them is meant for machines: blocks, commands, paths and links. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'

export const ROOT = join(import.meta.dir, '../..')

export interface Page {
  /** From the root of the tree. */
  readonly path: string
  readonly text: string
}

/** All but those of parts that are not ours. */
export const PAGES: readonly Page[] = ['*.md', 'docs/**/*.md', 'sandbox/*.md']
  .flatMap((pattern) => [...new Glob(pattern).scanSync(ROOT)])
  .sort()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

export function page(path: string): Page {
  const found = PAGES.find((one) => one.path === path)
  if (!found) throw new Error(`there is no ${path}`)
  return found
}

const FENCE = /^( *)```(\w*)\n(.*?)^ *```$/gms

/** Blocks between fences, in one language. */
export const blocks = ({ text }: Page, language: string): string[] =>
  [...text.matchAll(FENCE)]
    .filter(([, , of]) => of === language)
    .map(([, indent = '', , body = '']) => body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))

/** Lines of indented blocks, without comments. */
export const lines = ({ text }: Page): string[] =>
  text
    .replaceAll(FENCE, '')
    .split('\n')
    .filter((line) => /^ {4}\S/.test(line))
    .map((line) => line.slice(4).replace(/ +# .*$/, ''))

/** What stands in backticks within the text. */
export const spans = ({ text }: Page): string[] =>
  [...text.replaceAll(FENCE, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)

/** Where links lead, but to other sites. */
export const links = ({ text }: Page): string[] =>
  [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)].flatMap(([, to = '']) => (/^\w+:/.test(to) ? [] : [to]))
