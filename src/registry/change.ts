/** What the registry tells of every change, for the audit, the log and the metrics. */
import type { Digest } from '../schema/digest'

interface Told {
  /** Milliseconds since 1970. */
  readonly when: number
  readonly actor: string
  readonly message?: string
}

export interface RevisionUploaded extends Told {
  readonly kind: 'upload'
  readonly strategy: string
  readonly hash: Digest
  readonly tag: string
  /** These bytes under this tag were there already: nothing was written. */
  readonly unchanged: boolean
}

/** A tag names another revision than before, by whichever door: an upload tells one for each tag. */
export interface TagMoved extends Told {
  readonly kind: 'tag-moved'
  readonly strategy: string
  readonly tag: string
  /** '' for a new tag. */
  readonly before: Digest | ''
  readonly after: Digest
}

export interface TagDeleted extends Told {
  readonly kind: 'tag-deleted'
  readonly strategy: string
  readonly tag: string
  readonly before: Digest
  readonly allowOrphan: boolean
}

export interface RevisionDeleted extends Told {
  readonly kind: 'revision-deleted'
  readonly strategy: string
  readonly hash: Digest
  /** They went with it. */
  readonly tags: readonly string[]
}

export interface Problem {
  readonly strategy?: string
  readonly hash?: Digest
  /** Relative to the strategy home. */
  readonly path?: string
  readonly problem: string
  /** What to do about it. */
  readonly hint: string
}

export interface RevisionRef {
  readonly name: string
  readonly hash: Digest
}

export interface Rescan {
  /** Revisions that came, went, drifted, were restored, or whose tags moved, as the files say. */
  readonly changed: readonly RevisionRef[]
  /** Files that no entry knew, now registered. */
  readonly adopted: readonly (RevisionRef & { readonly tag: string; readonly path: string })[]
  readonly problems: readonly Problem[]
}

export interface Rescanned extends Told, Rescan {
  readonly kind: 'rescanned'
}

export type RegistryChange = RevisionUploaded | TagMoved | TagDeleted | RevisionDeleted | Rescanned
