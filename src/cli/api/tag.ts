/** `meltica tag` and `untag`: moves and deletes tags. */
import type { Command } from 'commander'
import { Failure } from '../../errors/failure'
import { Module, TagAssigned, TagDeleted } from '../../schema/catalogue'
import { modulePath } from './client'
import { type ApiContext, apiCommand } from './command'
import { hashText, lines } from './output'

interface TagFlags {
  readonly refresh: boolean
  readonly message?: string
}

export const tagCommand = ({ api, print }: ApiContext): Command =>
  apiCommand('tag', 'make a tag name a revision', 'tag momentum:v1.2.0 prod')
    .argument('<selector>', 'the revision: name, name:tag or name@sha256:<hex>')
    .argument('<tag>', 'the tag, also as name:tag')
    .option('--no-refresh', 'do not roll the instances that follow the tag')
    .option('-m, --message <text>', 'why, for the history of the tag')
    .action(async (selector: string, target: string, { refresh, message }: TagFlags) => {
      const { name, hash } = await api().call(Module, 'GET', modulePath(selector))
      const tag = target.startsWith(`${name}:`) ? target.slice(name.length + 1) : target
      const body = { hash, refresh, ...(message !== undefined && { message }) }
      const { previousHash } = await api().call(TagAssigned, 'PUT', modulePath(name, 'tags', tag), body)
      print(moved(`${name}:${tag}`, hash, previousHash))
    })

export const untagCommand = ({ api, print }: ApiContext): Command =>
  apiCommand('untag', 'delete a tag; its revision stays', 'untag momentum:prod')
    .argument('<name:tag>', 'the tag')
    .option('--allow-orphan', 'even when it is the last selector of its revision', false)
    .action(async (selector: string, { allowOrphan }: { allowOrphan: boolean }) => {
      const { name, tag } = splitTag(selector)
      const path = `${modulePath(name, 'tags', tag)}?allowOrphan=${allowOrphan}`
      const { hash } = await api().call(TagDeleted, 'DELETE', path)
      print(lines([`deleted ${name}:${tag}, which named ${hash}`]))
    })

/** What a move says: where to, and where from. */
export function moved(tag: string, hash: string, previousHash: string): string {
  return lines([`${tag} -> ${hash}${previousHash === '' ? '' : ` (was ${hashText(previousHash, true)})`}`])
}

/** @throws Failure usage when it is not name:tag. */
export function splitTag(text: string): { name: string; tag: string } {
  const [, name, tag] = /^([^:@]+):(.+)$/s.exec(text) ?? []
  if (name === undefined || tag === undefined) throw new Failure('usage', `"${text}" is not name:tag`)
  return { name, tag }
}
