/** What an upload asks for, and which tags it moves. Pure: the registry carries it out in one step. */
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import { isFileName, isTag } from '../schema/names'
import { LATEST } from './selector'
import type { Entry, Strategy } from './strategy'

export interface UploadBody {
  readonly source: string
  /** Must be `metadata.name`. */
  readonly name?: string
  /** For the author's records: new revisions are always stored as `<name>.js`. */
  readonly filename?: string
  /** Wins over `metadata.tag`. */
  readonly tag?: string
  /** More tags of the revision. */
  readonly aliases?: readonly string[]
  /** Tags that move to it, whatever they name now. */
  readonly reassignTags?: readonly string[]
  /** Default true. */
  readonly promoteLatest?: boolean
  /** Why, for the history. */
  readonly message?: string
}

/** How PUT differs from POST: these tags move with the selector, and `latest` only when asked to. */
export interface Takeover {
  readonly tags: readonly string[]
  /** Where neither the body nor the metadata has a tag. */
  readonly fallbackTag?: string
}

export interface TagMove {
  readonly tag: string
  readonly before: Digest | ''
}

export interface UploadPlan {
  /** The one it is stored under. */
  readonly tag: string
  readonly next: Strategy
  /** Tags that named another revision or none. */
  readonly moves: readonly TagMove[]
}

const MAX_TAGS = 100

/** What can be told without compiling. @throws Failure invalid_request, name_mismatch. */
export function checkBody(body: UploadBody): void {
  const refuse = (message: string) => {
    throw new Failure('invalid_request', message)
  }
  if (body.filename !== undefined && !isFileName(body.filename)) {
    refuse('"filename" must be the plain name of a file')
  }
  for (const field of ['aliases', 'reassignTags'] as const) {
    const tags = body[field] ?? []
    if (tags.length > MAX_TAGS) refuse(`"${field}" has ${tags.length} tags, more than ${MAX_TAGS}`)
    const twice = tags.find((tag, index) => tags.indexOf(tag) !== index)
    if (twice !== undefined) refuse(`"${field}" has ${JSON.stringify(twice)} twice`)
  }
  if (
    body.promoteLatest === false &&
    [body.tag, ...(body.aliases ?? []), ...(body.reassignTags ?? [])].includes(LATEST)
  ) {
    throw keepsLatest()
  }
}

/**
 * @param declaredTag `metadata.tag`, '' for none.
 * @param path where the revision lies or is to lie, relative to the home.
 * @throws Failure invalid_request, tag_missing, invalid_tag, tag_conflict.
 */
export function planUpload(
  strategy: Strategy,
  hash: Digest,
  path: string,
  body: UploadBody,
  declaredTag: string,
  takeover?: Takeover,
): UploadPlan {
  const declared = declaredTag === '' ? undefined : declaredTag
  const tag = body.tag ?? declared ?? takeover?.fallbackTag
  if (tag === undefined) throw new Failure('tag_missing', 'neither the body nor the metadata has a tag')
  if (body.promoteLatest === false && takeover?.tags.includes(LATEST)) throw keepsLatest()
  const forced = new Set([...(body.reassignTags ?? []), ...(takeover?.tags ?? [])])
  const promote = (body.promoteLatest ?? takeover === undefined) || !strategy.tags.has(LATEST)
  if (promote) forced.add(LATEST)
  const wanted = new Set([tag, ...(body.aliases ?? []), ...forced])
  for (const one of wanted) {
    if (!isTag(one) && !strategy.tags.has(one)) throw new Failure('invalid_tag', `${JSON.stringify(one)} is not a tag`)
  }
  const moves = [...wanted]
    .map((one) => ({ tag: one, before: strategy.tags.get(one) ?? ('' as const) }))
    .filter(({ before }) => before !== hash)
  const conflicts = moves.filter((move) => move.before !== '' && !forced.has(move.tag))
  if (conflicts.length > 0) throw conflictOf(conflicts)
  const stored: Entry = { ...strategy.entries.get(hash), tag, path }
  return {
    tag,
    next: strategy.withEntry(hash, stored).withTags(
      moves.map((move) => move.tag),
      hash,
    ),
    moves,
  }
}

const keepsLatest = () => new Failure('invalid_request', '"promoteLatest" is false and yet "latest" is to be moved')

function conflictOf(conflicts: readonly TagMove[]): Failure {
  const each = conflicts.map(({ tag, before }) => `tag ${JSON.stringify(tag)} already names ${before}`)
  return new Failure('tag_conflict', each.join('; '), { tags: conflicts.map(({ tag }) => tag) })
}
