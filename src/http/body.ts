/** Reads a JSON body within bounds: its media type, its size, the time it may take, and that it is UTF-8. */
import { Failure } from '../errors/failure'
import { isRecord } from '../schema/record'
import { MAX_UPLOAD_BYTES } from '../schema/source-size'

const MAX_BODY_BYTES = 1024 * 1024
/** A revision, uploaded or replaced. */
const UPLOAD = /^\/strategies\/modules(?:\/[^/]+)?\/?$/

/** What a request body may be, in bytes. @param path of the call. */
export const maxBodyBytes = (path: string): number => (UPLOAD.test(path) ? MAX_UPLOAD_BYTES : MAX_BODY_BYTES)

export interface BodyLimits {
  readonly maxBytes: number
  /** From the first byte that is waited for to the last. */
  readonly timeoutMs: number
}

/**
 * @returns {} when there is no body at all, whatever its declared type: the schema says which fields are missing.
 * A PUT must have one.
 * @throws Failure unsupported_media_type, body_too_large, request_timeout, malformed_json; invalid_request for what is no object
 */
export async function readJson(request: Request, limits: BodyLimits): Promise<unknown> {
  const length = request.headers.get('content-length')
  if (length === '0' || (length === null && !request.headers.has('transfer-encoding'))) return nothing(request)
  const mediaType = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    throw new Failure(
      'unsupported_media_type',
      `the body is ${mediaType || 'of no declared type'}, not application/json`,
    )
  }
  refuseCoded(request)
  const bytes = await readBytes(request, limits)
  if (bytes.length === 0) return nothing(request)
  const value = parse(bytes)
  // Elysia takes null, false and their like for no body where no field is required
  if (!isRecord(value)) throw new Failure('invalid_request', 'the body must be an object')
  return value
}

/** What is packed is not unpacked here: it could be of any size. @throws Failure unsupported_media_type */
function refuseCoded({ headers }: Request): void {
  const coding = (headers.get('content-encoding') ?? '').toLowerCase()
  if (coding === '' || coding === 'identity') return
  const message = `the body is encoded as ${JSON.stringify(coding.slice(0, 100))}, which is not understood`
  throw new Failure('unsupported_media_type', message, { acceptEncoding: 'identity' }, 'send it without an encoding')
}

/** What would be replaced by nothing stays as it is: nobody lifts all limits by forgetting the body. */
function nothing({ method }: Request): object {
  if (method === 'PUT') throw new Failure('invalid_request', 'the body is missing')
  return {}
}

async function readBytes(request: Request, { maxBytes, timeoutMs }: BodyLimits): Promise<Uint8Array> {
  const hint = maxBytes === MAX_UPLOAD_BYTES ? 'a source may have 1 MiB: leave data out of it' : undefined
  const tooLarge = () => new Failure('body_too_large', `the body is over ${maxBytes} bytes`, {}, hint)
  if (Number(request.headers.get('content-length')) > maxBytes) throw tooLarge()
  if (!request.body) return new Uint8Array()
  const reader = request.body.getReader()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Failure('request_timeout', `the body was not complete after ${timeoutMs} ms`)),
    timeoutMs,
  )
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late.promise])
      if (done) return Buffer.concat(chunks)
      size += value.length
      if (size > maxBytes) throw tooLarge()
      chunks.push(value)
    }
  } catch (error) {
    reader.cancel().catch(ignoreAlreadyClosed)
    if (error instanceof Failure) throw error
    throw new Failure('malformed_json', 'the body ended before it was complete')
  } finally {
    clearTimeout(timer)
  }
}

/** The client went away: there is nobody left to tell. */
const ignoreAlreadyClosed = (): undefined => undefined

const MAY_HOLD_PROTOTYPE = /__proto__|\\u00/

/** Where a body is copied, such a field becomes its prototype, and brings in fields that no schema has seen. */
function refusePrototype(key: string, value: unknown): unknown {
  if (key !== '__proto__') return value
  const problems = [{ path: key, message: 'is unknown' }]
  throw new Failure('invalid_request', `body field "${key}" is unknown`, { problems })
}

function parse(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Failure('malformed_json', 'the body is not UTF-8')
  }
  try {
    return MAY_HOLD_PROTOTYPE.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      'malformed_json',
      `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
