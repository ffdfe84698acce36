/** Whether the gateway can do what its configuration says: asked before it opens or touches anything. */
import type { Settings } from '../config/settings'
import type { Unfit } from '../config/yaml'
import type { HostPool } from '../hosts/pool'
import { adaptersOf } from '../market/adapters'
import { Preview } from '../registry/preview'
import { checkConfigured } from '../runtime/backup/configured'
import type { FoundProblem } from '../runtime/problems'
import type { Compiler } from '../schema/metadata'
import { type Kept, peek } from '../store/peek'

/** @throws Failure invalid_settings with every problem and where it stands; what `stopping` was aborted for. */
export async function checkConfiguration(
  settings: Settings,
  { hosts, now, stopping }: { readonly hosts: HostPool; readonly now: () => number; readonly stopping: AbortSignal },
): Promise<void> {
  if (namesNothing(settings)) return
  const kept = peek(settings.data)
  if (!kept) return
  const problems = await configurationProblems(settings, { kept, compiler: hosts.compiler, now, stopping })
  if (problems.length > 0) throw settings.refusal(problems)
}

interface Ground {
  /** What the data folder holds already. */
  readonly kept: Kept
  readonly compiler: Compiler
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly stopping?: AbortSignal
  /** Nothing that is learnt of the strategies is remembered either. */
  readonly readOnly?: boolean
}

/** What of the providers and instances that the configuration names could not be created. */
export async function configurationProblems(settings: Settings, ground: Ground): Promise<Unfit[]> {
  if (namesNothing(settings)) return []
  const { strategies: directory, shipped, providers, instances } = settings
  const { kept, compiler, now, stopping, readOnly = false } = ground
  const absent = instances.filter(({ id }) => !kept.instances.includes(id))
  const registry = await Preview.of(
    { directory, compiler, readOnly, ...(stopping && { stopping }), ...(shipped !== undefined && { shipped }) },
    absent.map(({ strategy }) => strategy.identifier),
  )
  const adapters = adaptersOf(settings)
  return (await checkConfigured({ providers, instances }, { adapters, registry, kept, now })).map(unfit)
}

const namesNothing = ({ providers, instances }: Settings): boolean => providers.length + instances.length === 0

const unfit = ({ path, message }: FoundProblem): Unfit => ({
  path: path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
  message,
  // a provider in a scope is the name of a field
  atKey: path.at(-2) === 'scope',
  isSentence: true,
})
