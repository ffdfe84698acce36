/** What the words of a command name: a tag as `grid:prod`, a revision by a selector. */
import { Failure } from '../../errors/failure'
import { parseSelector } from '../../registry/selector'
import { Module } from '../../schema/modules'
import { type ApiClient, modulePath } from './client'

/** @throws Failure usage when it is not name:tag, invalid_selector. */
export function parseTagName(text: string): { readonly name: string; readonly tag: string } {
  const selector = parseSelector(text)
  if (selector.kind === 'tag') return selector
  throw new Failure('usage', `${JSON.stringify(text)} names no tag: write it as NAME:TAG`)
}

/** The revision that a selector names. @throws Failure of the gateway. */
export const moduleOf = (api: ApiClient, selector: string): Promise<Module> =>
  api.call(Module, 'GET', modulePath(selector))
