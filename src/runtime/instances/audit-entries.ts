/** How the audit speaks of instances. */
import type { StoredInstance } from '../../store/instances'

type Defined = Pick<StoredInstance, 'id' | 'selector' | 'strategy' | 'hash' | 'config' | 'scope' | 'restart'>

export const creationOf = (stored: Defined) => ({
  what: 'instance_created' as const,
  ...subjectOf(stored),
  after: definitionOf(stored),
})

export const subjectOf = ({ id, strategy }: Defined) => ({ subject: id, strategy })

export const definitionOf = ({ selector, hash, config, scope, restart }: Defined) => ({
  selector,
  hash,
  config,
  scope,
  restart,
})
