/** What those who change the catalogue work with. */
import type { Catalogue } from './catalogue'
import type { RegistryEvents } from './registry-events'
import type { RegistryState } from './registry-state'
import type { Storage } from './storage'

export interface Writing {
  readonly state: RegistryState
  readonly storage: Storage
  readonly events: RegistryEvents
  /** Asked before anything of a change is written. @throws Failure of one that is not allowed at present. */
  readonly check: (next: Catalogue) => void
}
