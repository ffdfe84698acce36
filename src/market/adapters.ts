/** All adapters, by their identifiers. */
import type { Adapter } from './provider'
import { replay } from './replay'
import { sim } from './sim'

export const ADAPTERS: Readonly<Record<string, Adapter>> = { sim, replay }
