/** Whoever runs what is in the registry: asked before it is changed, and told after. */
import type { Digest } from '../schema/digest'
import type { RegistryChange } from './change'
import type { Hold } from './holds'

export interface RegistryKeeper {
  /** Ids of the instances that reference a revision: it can't be deleted while there are any. */
  users(name: string, hash: Digest): readonly string[]
  /** What must not be changed at present. */
  holds(): Iterable<Hold>
  /** Asked before each change. @throws Failure of one that nobody could account for. */
  checkAccountable(): void
  /** Told after each change, in order; must not throw. */
  changed(change: RegistryChange): void
}

/** The keeper of a registry that nobody runs anything from. */
export const ALONE: RegistryKeeper = {
  users: () => [],
  holds: () => [],
  checkAccountable: () => undefined,
  changed: () => undefined,
}
