/** Parts of long lists: how they are asked for and how they are answered (contract §2). */
import { type TObject, Type } from '@sinclair/typebox'

/** Which part of a list is asked for. */
export interface PageRequest {
  readonly offset: number
  readonly limit: number
}

/** A part of a list, and how long the whole is. */
export interface Page<T> extends PageRequest {
  readonly items: T[]
  readonly total: number
}

/** A page of a list. */
export const pageOf = <T extends TObject>(item: T, title: string, description: string) =>
  Type.Object(
    {
      items: Type.Array(item),
      total: Type.Integer({ description: 'Of the whole list', examples: [1] }),
      offset: Type.Integer({ examples: [0] }),
      limit: Type.Integer({ examples: [100] }),
    },
    { title, description },
  )
