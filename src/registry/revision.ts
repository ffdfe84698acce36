/** One revision of a strategy, as the catalogue shows it. */

import type { Digest } from '../schema/digest'
import type { Metadata } from '../schema/metadata'

/**
 * `drifted`: the file's bytes no longer match the hash. `missing`: there is no file within the strategy home
 * that can be read. `invalid`: it doesn't compile, or its metadata is wrong.
 */
export type RevisionState = 'sound' | 'drifted' | 'missing' | 'invalid'

/** What the disk says of a revision. */
export interface Facts {
  readonly state: RevisionState
  readonly sizeBytes: number
  /** Why it is not sound. */
  readonly problem?: string
  readonly metadata?: Metadata
}

export interface Revision {
  readonly name: string
  readonly hash: Digest
  /** The one it was stored under. */
  readonly tag: string
  /** The tag to call it by: `tag` as long as that names it, else another, `latest` last. */
  readonly alias?: string
  /** Relative to the strategy home. */
  readonly path: string
  /** The last part of the path. */
  readonly file: string
  /** In bytes. */
  readonly size: number
  /** All tags that name it. */
  readonly tags: readonly string[]
  readonly state: RevisionState
  /** Why it is not sound. */
  readonly problem?: string
  /** With the stored tag; absent where the compiler has not said anything yet, or nothing good. */
  readonly metadata?: Metadata
  /** No tag names it: it can be reached by its hash alone. */
  readonly retired?: true
}
