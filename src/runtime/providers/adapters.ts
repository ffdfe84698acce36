/** The kinds of providers that there are. */
import { Failure } from '../../errors/failure'
import type { Adapter } from '../../market/provider'
import type { AdapterView } from '../../schema/providers'

export class Adapters {
  constructor(readonly all: readonly Adapter[]) {}

  /** @throws Failure adapter_not_found, with a list of all. */
  named(identifier: string): Adapter {
    const adapter = this.all.find((one) => one.identifier === identifier)
    if (adapter) return adapter
    const all = this.all.map((one) => one.identifier).join(', ')
    throw new Failure('adapter_not_found', `no adapter "${identifier}"; there are ${all}`)
  }

  list(): AdapterView[] {
    return this.all.map(viewOf)
  }

  /** @throws Failure adapter_not_found. */
  view(identifier: string): AdapterView {
    return viewOf(this.named(identifier))
  }
}

function viewOf(adapter: Adapter): AdapterView {
  const { identifier, displayName, venue, description, capabilities, settings } = adapter
  return {
    identifier,
    displayName,
    venue,
    description,
    capabilities: [...capabilities],
    settingsSchema: [...settings],
  }
}
