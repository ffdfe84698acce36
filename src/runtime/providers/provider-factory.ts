/** Makes providers of what is written about them, for those that exist and to see whether one could. */
import { FAILURES, Failure } from '../../errors/failure'
import { type PaperSettings, paperSettings } from '../../execution/paper-settings'
import type { Provider, ProviderContext } from '../../market/provider'
import { isIdentifier } from '../../schema/names'
import type { StoredProvider } from '../../store/providers'
import { problemsOf } from '../problems'
import type { Adapters } from './adapters'

export interface MadeProvider {
  readonly provider: Provider
  readonly paper: PaperSettings
}

/** @throws Failure invalid_provider. */
export function checkProviderName(name: string): void {
  if (isIdentifier(name)) return
  const message = `${JSON.stringify(name.slice(0, 200))} is not a provider name`
  throw new Failure('invalid_provider', message, {}, FAILURES.invalid_instance_id.hint)
}

/** It does nothing until it is started. @throws Failure adapter_not_found, invalid_provider with all that is wrong. */
export function makeProvider(
  { adapter, config }: Pick<StoredProvider, 'adapter' | 'config'>,
  adapters: Adapters,
  context: ProviderContext,
): MadeProvider {
  const { paper, ...own } = config
  const provider = attempt(() => adapters.named(adapter).create(context, own))
  const venue = attempt(() => paperSettings(paper))
  if (!('refused' in provider) && !('refused' in venue)) return { provider: provider.made, paper: venue.made }
  if ('made' in provider) void provider.made[Symbol.asyncDispose]()
  const refused = [provider, venue].flatMap((one) => ('refused' in one ? [one.refused] : []))
  if (refused.length === 1) throw refused[0]
  const message = refused.map((failure) => failure.message).join('; ')
  throw new Failure('invalid_provider', message, { problems: refused.flatMap(problemsOf) })
}

function attempt<T>(make: () => T): { readonly made: T } | { readonly refused: Failure } {
  try {
    return { made: make() }
  } catch (error) {
    if (error instanceof Failure) return { refused: error }
    throw error
  }
}

/** @throws Failure symbol_refused and others of the provider's own for symbols that it cannot serve. */
export async function checkSymbols(provider: Provider, symbols: readonly string[]): Promise<void> {
  for (const symbol of symbols) provider.instrument(symbol)
  await provider.serves?.(symbols)
}
