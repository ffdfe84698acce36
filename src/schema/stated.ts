/**
 * What texts must look like, as the API document states it. The registry and the runtime check it themselves: they know
 * which refusal it is, and serve names that an older registry holds outside these forms as they stand.
 * The patterns are within what every dialect of regular expressions reads alike.
 */
import { PLACE_PATTERN } from './inputs'
import { FILE_PATTERN, TAG_PATTERN } from './names'

/** An option of a schema: the document shows what is in `stated` as if it stood in the schema itself. */
interface Stated {
  readonly stated: { readonly pattern: string }
}

const pattern = (text: string): Stated => ({ stated: { pattern: text } })

const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,127}'
const TAG = TAG_PATTERN.slice(1, -1)
const FREE = '[^@\\u0000-\\u001f\\u007f-\\u009f]'
const FREE_NAME = '[^:@\\u0000-\\u001f\\u007f-\\u009f]'
const SHORTENED = '(sha256:)?[0-9A-Fa-f]{12,64}'

/** The name of a strategy, a provider or an instance. */
export const NAMED = pattern(`^${NAME}$`)
export const TAGGED = pattern(TAG_PATTERN)
/** Where something stands in what an instance was given. */
export const PLACED = pattern(PLACE_PATTERN)
export const FILED = pattern(FILE_PATTERN)
export const HASHED = pattern(`^${SHORTENED}$`)
export const SELECTED = pattern(`^${NAME}(:${TAG}|@${SHORTENED})?$`)
/** A tag of a strategy; without one its latest. */
export const NAMED_TAG = pattern(`^${NAME}(:${TAG})?$`)
/** Whatever names an older registry may hold, or may have held; longer ones are known when they are there. */
export const ONCE_SELECTED = {
  stated: { ...pattern(`^(${FREE}+@${SHORTENED}|${FREE_NAME}+(:${FREE}+)?)$`).stated, maxLength: 512 },
}

/** Text that people write and terminals show: lines and tabs, no other control characters. Checked where it stands. */
export const WRITTEN = { pattern: '^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*$' }

/** RFC 3339 with its zone. */
export const TIMED = pattern(
  '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$',
)
