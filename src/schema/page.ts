/** Parts of long lists: how they are asked for and how they are answered (contract §2). */
import { type TObject, Type } from '@sinclair/typebox'

/** Which part of a list is asked for. */
export interface PageRequest {
  readonly offset: number
  readonly limit: number
}

/** Which part of a list that grows at its beginning is asked for. */
export interface HistoryRequest extends PageRequest {
  /** Only what is older than the last item of the page that answered this `next`; `offset` counts from there. */
  readonly before?: number
}

/** A part of a list, and how long the whole is. */
export interface Page<T> extends PageRequest {
  readonly items: T[]
  readonly total: number
  /** What to ask for `before`, for the page that follows; absent at the end. */
  readonly next?: number
}

const PAGE = {
  total: Type.Integer({ description: 'Of the whole list', examples: [1] }),
  offset: Type.Integer({ examples: [0] }),
  limit: Type.Integer({ examples: [100] }),
}

/** A page of a list. */
export const pageOf = <T extends TObject>(item: T, title: string, description: string) =>
  Type.Object({ items: Type.Array(item), ...PAGE }, { title, description })

/** The fields of a page of a list that grows at its beginning. */
export const HISTORY_PAGE = {
  ...PAGE,
  next: Type.Optional(
    Type.Integer({ description: 'The "before" of the page that follows; absent on the last', examples: [4711] }),
  ),
}

/** A page of a list that grows at its beginning. */
export const historyOf = <T extends TObject>(item: T, title: string, description: string) =>
  Type.Object({ items: Type.Array(item), ...HISTORY_PAGE }, { title, description })
