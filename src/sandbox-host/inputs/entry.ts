/**
 * What a host has to know again to come to where it was: the messages of the gateway as they came, and what its clocks
 * decided between them. Everything else follows from these.
 */
import type { KnownSubscription } from '../group'

/** Who runs under a number, for those who read the log and run nothing. */
export interface Resident extends KnownSubscription {
  readonly instanceId: string
  /** When it was launched or rolled, ms since 1970: it begins its client order ids. */
  readonly startMs: number
}

/** See entry-writer.ts for what it is in a log. */
export type Entry =
  /**
   * Here it can be read on, whatever is wrong with what is before: of which log it is, how many batches there were, and the
   * words from a number on, which is 0 where a segment begins and else the first that the head before does not have.
   */
  | {
      readonly kind: 'head'
      readonly log: bigint
      readonly batches: number
      readonly from: number
      readonly words: Uint8Array
    }
  /** A message of the gateway, whole. */
  | { readonly kind: 'message'; readonly frame: Uint8Array }
  /** The instance was given so many bytes of what waited for it. */
  | { readonly kind: 'turn'; readonly number: number; readonly length: number }
  /** All that waited for anybody was handled, each portion whole. */
  | { readonly kind: 'drained' }
  /** Its `helpers.state` was looked at. */
  | { readonly kind: 'saved'; readonly number: number }
  /** Market data that waited for it was left out, by the gateway's clock. */
  | { readonly kind: 'relieved'; readonly number: number; readonly nowMs: number }
  /** It fell asleep, ms since 1970. */
  | { readonly kind: 'slept'; readonly number: number; readonly nowMs: number }
  | { readonly kind: 'woke'; readonly number: number }
  /** It asked for the time while it handled no event, ms since 1970. */
  | { readonly kind: 'asked'; readonly number: number; readonly nowMs: number }
  /** A line of it was left out since the gateway had taken too few. */
  | { readonly kind: 'silenced'; readonly number: number }
  /**
   * It was launched or rolled, or is there at the beginning of a segment.
   * `before`: the last priced records of what it can see, of those who wanted the same before it.
   */
  | { readonly kind: 'resident'; readonly number: number; readonly resident: Resident; readonly before: Uint8Array }
  /** It was not launched, or another program has not come into its place: that has failed. */
  | { readonly kind: 'refused'; readonly number: number }
  /** It went on from a checkpoint of here: what there is of it before is no more a part of its past. */
  | { readonly kind: 'renewed'; readonly number: number }
  /** It runs no more: it was stopped, has failed, or did not come back when its host died. */
  | { readonly kind: 'gone'; readonly number: number }
