/** Lists that may be long as answers: read and written down in steps, between which orders go on. */
import type { Page } from '../schema/page'
import type { Reading } from '../store/reading'
import type { Services } from './services'

/** Items of one step. */
const ITEMS = 100
/** What a client is answered that has gone away meanwhile: nobody sees it but the metrics. */
const GONE = 499

/** @param reading of the page, with what the answer says besides. */
export async function listed(
  { records }: Pick<Services, 'records'>,
  { signal }: Request,
  reading: Reading<Page<object>>,
): Promise<Response> {
  try {
    const text = await records.inTurns(jsonOf(reading), signal)
    return new Response(text, { headers: { 'content-type': 'application/json' } })
  } catch (error) {
    if (signal.aborted) return new Response(null, { status: GONE })
    throw error
  }
}

function* jsonOf(reading: Reading<Page<object>>): Reading<string> {
  const { items, ...rest } = yield* reading
  const texts: string[] = []
  for (let from = 0; from < items.length; from += ITEMS) {
    texts.push(JSON.stringify(items.slice(from, from + ITEMS)).slice(1, -1))
    yield
  }
  return `{"items":[${texts.join()}],${JSON.stringify(rest).slice(1)}`
}
