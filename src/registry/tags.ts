/** Guards of moving and deleting tags and of deleting revisions. Pure. */
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import { isTag } from '../schema/names'
import { tagged } from './catalogue'
import { LATEST, type Selector } from './selector'
import type { Strategy } from './strategy'

/** @throws Failure invalid_tag: an old tag of any form can be moved, a new one has to follow the grammar. */
export function checkMovable(strategy: Strategy, tag: string): void {
  if (!strategy.tags.has(tag) && !isTag(tag)) throw new Failure('invalid_tag', `${JSON.stringify(tag)} is not a tag`)
}

/** @param names '' for nothing. @throws Failure tag_moved_meanwhile. */
export function checkUnmoved(strategy: string, tag: string, names: Digest | '', expected: Digest): void {
  if (names.startsWith(expected)) return
  throw new Failure('tag_moved_meanwhile', `${strategy}:${tag} names ${names || 'nothing'} now, not ${expected}`)
}

/** @returns what the tag names. @throws Failure tag_not_found, tag_protected, tag_orphans_revision. */
export function checkDeletable(name: string, strategy: Strategy, tag: string, allowOrphan: boolean): Digest {
  const hash = tagged(name, strategy, tag)
  if (tag === LATEST) throw new Failure('tag_protected', 'tag "latest" cannot be deleted')
  if (!allowOrphan && strategy.entries.has(hash) && strategy.tagsOf(hash).length === 1) {
    throw new Failure('tag_orphans_revision', `tag ${JSON.stringify(tag)} is the last selector of ${hash}`)
  }
  return hash
}

/** @throws Failure revision_is_latest. */
export function checkRemovable(name: string, strategy: Strategy, hash: Digest): void {
  if (strategy.tags.get(LATEST) === hash && strategy.entries.size > 1) {
    throw new Failure(
      'revision_is_latest',
      `${hash} is latest of strategy ${JSON.stringify(name)}, which has other revisions`,
    )
  }
}

/** The tags that a replacement by this selector takes over. */
export function tagsOfSelector(selector: Selector, strategy: Strategy, hash: Digest): readonly string[] {
  switch (selector.kind) {
    case 'name':
      return [LATEST]
    case 'tag':
      return [selector.tag]
    case 'hash':
      return strategy.tagsOf(hash)
  }
}
