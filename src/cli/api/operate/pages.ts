/** Lists that grow at their beginning, as far back as somebody wants to see. */
import { type Static, type TObject, Type } from '@sinclair/typebox'
import { HISTORY_PAGE } from '../../../schema/page'
import type { ApiClient } from '../client'

/** A page is read within some milliseconds. */
const PAGE = 1000

/** Which of them. */
interface Wanted<T> {
  /** At most so many. */
  readonly most: number
  /** What follows it is older still, and not asked for. */
  readonly isOld?: (item: T) => boolean
  readonly isWanted?: (item: T) => boolean
}

/** The newest that are wanted, newest first. @throws Failure of the gateway. */
export async function newest<T extends TObject>(
  api: ApiClient,
  item: T,
  path: string,
  { most, isOld = () => false, isWanted = () => true }: Wanted<Static<T>>,
): Promise<Static<T>[]> {
  const page = Type.Object({ items: Type.Array(item), next: HISTORY_PAGE.next })
  const found: Static<T>[] = []
  let query: string | undefined = `limit=${Math.max(1, Math.min(PAGE, most))}`
  while (query !== undefined && found.length < most) {
    const { items, next }: Static<typeof page> = await api.call(page, 'GET', `${path}?${query}`)
    const end = items.findIndex(isOld)
    found.push(...(end < 0 ? items : items.slice(0, end)).filter(isWanted))
    query = end < 0 && next !== undefined ? `limit=${PAGE}&before=${next}` : undefined
  }
  return found.slice(0, most)
}
