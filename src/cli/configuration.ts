/** Whether the gateway can do what its configuration says: asked before it opens or touches anything. */
import type { Settings } from '../config/settings'
import type { Unfit } from '../config/yaml'
import type { HostPool } from '../hosts/pool'
import { adaptersOf } from '../market/adapters'
import { Preview } from '../registry/preview'
import { checkConfigured } from '../runtime/backup/configured'
import type { FoundProblem } from '../runtime/problems'
import { peek } from '../store/peek'

/** @throws Failure invalid_settings with every problem and where it stands; what `stopping` was aborted for. */
export async function checkConfiguration(
  settings: Settings,
  { hosts, now, stopping }: { readonly hosts: HostPool; readonly now: () => number; readonly stopping: AbortSignal },
): Promise<void> {
  const { strategies: directory, shipped, providers, instances, data } = settings
  if (providers.length + instances.length === 0) return
  const kept = peek(data)
  if (!kept) return
  const absent = instances.filter(({ id }) => !kept.instances.includes(id))
  const registry = await Preview.of(
    { directory, compiler: hosts.compiler, stopping, ...(shipped !== undefined && { shipped }) },
    absent.map(({ strategy }) => strategy.identifier),
  )
  const adapters = adaptersOf(settings)
  const problems = await checkConfigured({ providers, instances }, { adapters, registry, kept, now })
  if (problems.length > 0) throw settings.refusal(problems.map(unfit))
}

const unfit = ({ path, message }: FoundProblem): Unfit => ({
  path: path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
  message,
  // a provider in a scope is the name of a field
  atKey: path.at(-2) === 'scope',
  isSentence: true,
})
