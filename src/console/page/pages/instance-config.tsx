/** Changes the configuration of an instance: every field beside what it was, then what becomes of them. */
import type { JSX } from 'preact'
import type { Instance } from '../../../schema/instances'
import type { RestartPolicy } from '../../../schema/restart-terms'
import { call, part } from '../api/call'
import { written } from '../format'
import type { World } from '../live/world'
import { ask } from '../parts/ask'
import { Field, useChanges } from '../parts/fields'
import { RestartChoice } from '../parts/restart-choice'

export function askToConfigure(world: World, instance: Instance): void {
  const { id, strategy, scope, state } = instance
  const draft: Draft = { restart: instance.restart }
  const fields = new Map(Object.entries(strategy.config).map(([name, value]) => [name, written(value)]))
  ask({
    title: `Configure ${id}`,
    says: state === 'running' ? 'It restarts with what is set here.' : 'It takes effect with the next start.',
    changes: [],
    more: <Fields config={strategy.config} fields={fields} draft={draft} before={instance.restart} />,
    action: 'Apply',
    asksReason: false,
    perform: async () => {
      const config = Object.fromEntries([...fields].map(([name, text]) => [name, meant(text, strategy.config[name])]))
      const { selector, identifier } = strategy
      await call('PUT', `/strategy/instances/${part(id)}`, {
        strategy: { identifier: selector || identifier, config },
        scope,
        restart: draft.restart,
      })
      await world.look()
    },
    done: `${id} has another configuration.`,
  })
}

interface Draft {
  restart: RestartPolicy
}

interface FieldsProps {
  readonly config: Instance['strategy']['config']
  /** What was typed, by field. */
  readonly fields: Map<string, string>
  readonly draft: Draft
  /** The policy that it has. */
  readonly before: RestartPolicy
}

function Fields({ config, fields, draft, before: policy }: FieldsProps): JSX.Element {
  const change = useChanges()
  return (
    <div class="fields">
      {Object.entries(config).map(([name, before]) => (
        <Field
          key={name}
          label={name}
          isMono
          before={written(before)}
          text={fields.get(name) ?? ''}
          onText={(text) => change(() => fields.set(name, text))}
        />
      ))}
      <RestartChoice
        before={policy}
        chosen={draft.restart}
        onChoice={(restart) => change(() => (draft.restart = restart))}
      />
    </div>
  )
}

/** A text stays one where it was one; whatever else is JSON, if it can be read as such: the gateway says what is wrong. */
export function meant(text: string, before: unknown): unknown {
  if (typeof before === 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
