/** What the alert rules find now, and who cannot be told of it. Nothing where all is well. */
import type { JSX } from 'preact'
import type { AlertItem, ReceiverStanding } from '../../../schema/alert-page'
import { clock, count, dateTime, duration } from '../format'
import type { World } from '../live/world'
import { Panel } from '../parts/bits'
import { pathOf } from '../route'
import { useStore } from '../store'

export function Alerts({ world }: { readonly world: World }): JSX.Element {
  const { alerts, total, receivers } = useStore(world.alerts)
  return (
    <>
      {receivers.map((receiver) => receiver.problem && <Unreached key={receiver.name} {...receiver} />)}
      {total > 0 && (
        <Panel title="Alerts" beside={<span class="chip loss">{count(total, 'firing', 'firing')}</span>}>
          <ul class="feed alerts" tabIndex={0} aria-label="Alerts that fire">
            {alerts.map((alert) => (
              <Alert key={alert.id} {...alert} />
            ))}
            {total > alerts.length && <li class="faint">and {total - alerts.length} more: meltica alerts</li>}
          </ul>
        </Panel>
      )}
    </>
  )
}

function Alert({ severity, since, summary, instance, told, waiting }: AlertItem): JSX.Element {
  const knowing = told.filter(({ status }) => status === 'firing').map(({ receiver }) => receiver)
  return (
    <li>
      <time dateTime={since} title={dateTime(since)}>
        {duration(Date.now() - Date.parse(since))}
      </time>
      <span class={severity === 'critical' ? 'loss' : 'warn'}>{severity}</span>
      <span>
        {instance === undefined ? summary : <a href={pathOf('instances', instance)}>{summary}</a>}
        <span class="faint">
          {knowing.length > 0 && ` · told: ${knowing.join(', ')}`}
          {waiting.length > 0 && ` · not told yet: ${waiting.join(', ')}`}
        </span>
      </span>
    </li>
  )
}

function Unreached({ name, problem, waiting, nextAttempt }: ReceiverStanding): JSX.Element {
  return (
    <div class="notice">
      Alerts do not reach {name}: {problem}. {count(waiting, 'alert')} to be told
      {nextAttempt && `, tried again at ${clock(nextAttempt)}`}.
    </div>
  )
}
