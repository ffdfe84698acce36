/** Whether an instance is started again when it has failed. */
import type { JSX } from 'preact'
import { RESTART_POLICIES, type RestartPolicy } from '../../../schema/restart-terms'
import { Choice } from './fields'

const TITLES: Readonly<Record<RestartPolicy, string>> = {
  never: 'Never',
  'on-failure': 'When it has failed',
  always: 'Always, also when the gateway starts',
}

interface RestartChoiceProps {
  readonly chosen: RestartPolicy
  readonly onChoice: (policy: RestartPolicy) => void
  /** What it is now. */
  readonly before?: RestartPolicy
}

export function RestartChoice({ chosen, onChoice, before }: RestartChoiceProps): JSX.Element {
  return (
    <Choice
      label="Start it again"
      before={before}
      chosen={chosen}
      choices={RESTART_POLICIES.map((policy) => [policy, TITLES[policy]])}
      onChoice={(value) => onChoice(RESTART_POLICIES.find((policy) => policy === value) ?? chosen)}
    />
  )
}
