/** Which gateway a command talks to, and by which token. */
import { ApiClient, type ClientOptions } from '../client'
import { contextOf, readContexts } from './file'

/** The gateway that no context names: the one on this machine. */
export const NO_CONTEXT = 'default'

/**
 * The context that was asked for beats `MELTICA_API`, which beats `MELTICA_CONTEXT`, which beats the context in use. A
 * token goes to no address but its own: with `MELTICA_API` that is `MELTICA_TOKEN` alone.
 * @param asked by `--context`. @throws Failure context_not_found, of the file, and usage.
 */
export function clientOf(
  environment: Readonly<Record<string, string | undefined>>,
  asked: string | undefined,
  options: ClientOptions = {},
): ApiClient {
  const { MELTICA_API, MELTICA_CONTEXT, MELTICA_TOKEN } = environment
  if (asked === undefined && MELTICA_API) return new ApiClient(environment, options)
  const contexts = readContexts(environment)
  const name = asked ?? (MELTICA_CONTEXT || contexts.current)
  if (name === undefined || name === NO_CONTEXT) return new ApiClient({ MELTICA_TOKEN }, options)
  const { address, token, ca } = contextOf(contexts, name)
  const used = asked === undefined ? MELTICA_TOKEN || token : token || MELTICA_TOKEN
  return new ApiClient({ MELTICA_API: address, MELTICA_TOKEN: used }, { ...options, ...(ca !== undefined && { ca }) })
}
