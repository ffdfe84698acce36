/** What may not trade, what binds, who has run into it. */
import type { JSX } from 'preact'
import type { RiskView } from '../../../schema/risk'
import { may } from '../api/session'
import { dateTime, written } from '../format'
import type { World } from '../live/world'
import { Nothing, Panel } from '../parts/bits'
import { pathOf } from '../route'
import { useStore } from '../store'
import { askToKill, askToResume } from './kill'

export function RiskPage({ world }: { readonly world: World }): JSX.Element {
  const risk = useStore(world.risk)
  const isStopped = risk?.killSwitches.some(({ scope }) => scope === 'all')
  return (
    <>
      <div class="top">
        <h1>Risk</h1>
      </div>
      <section class={`panel switch ${isStopped ? 'stopped' : ''}`} aria-labelledby="switch">
        <div>
          <h2 id="switch">Kill switch</h2>
          <p>
            {isStopped
              ? 'All trading is stopped: every order is refused.'
              : 'Trading is allowed. The switch refuses every order from then on and cancels what rests.'}
          </p>
        </div>
        {!isStopped && may('killTrading') && (
          <button type="button" class="kill big" onClick={() => askToKill(world)}>
            Stop all trading…
          </button>
        )}
        {isStopped && may('resumeTrading') && (
          <button type="button" class="big" onClick={() => askToResume(world, 'all')}>
            Resume trading…
          </button>
        )}
      </section>
      {risk ? <Views world={world} risk={risk} /> : <Nothing>Reading…</Nothing>}
    </>
  )
}

function Views({ world, risk }: { readonly world: World; readonly risk: RiskView }): JSX.Element {
  return (
    <>
      <Switches world={world} risk={risk} />
      <Breaches risk={risk} />
      <Limits risk={risk} />
    </>
  )
}

function Switches({ world, risk }: { readonly world: World; readonly risk: RiskView }): JSX.Element {
  return (
    <Panel title="Stopped">
      {risk.killSwitches.length === 0 ? (
        <Nothing>Nothing is stopped.</Nothing>
      ) : (
        <div class="scroll" tabIndex={0}>
          <table aria-label="What is stopped">
            <thead>
              <tr>
                <th>What</th>
                <th>Since</th>
                <th>By</th>
                <th>Reason</th>
                <th>
                  <span class="unseen">Resume</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {risk.killSwitches.map(({ scope, subject, since, who, reason }) => (
                <tr key={`${scope} ${subject}`}>
                  <td>{subject ? `${scope} ${subject}` : 'all trading'}</td>
                  <td>{dateTime(since)}</td>
                  <td>{who}</td>
                  <td class="wraps">{reason}</td>
                  <td class="num">
                    {may('resumeTrading') && (
                      <button type="button" onClick={() => askToResume(world, scope, subject)}>
                        Resume…
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

function Breaches({ risk }: { readonly risk: RiskView }): JSX.Element {
  const worst = risk.breaches.toSorted((one, other) => other.breaches - one.breaches)
  return (
    <Panel title="Breaches" beside={<span class="faint">orders that limits refused</span>}>
      {worst.length === 0 ? (
        <Nothing>None since the start of the gateway or the last resume.</Nothing>
      ) : (
        <div class="scroll" tabIndex={0}>
          <table aria-label="Breaches">
            <thead>
              <tr>
                <th>Instance</th>
                <th>Provider</th>
                <th class="num">Breaches</th>
                <th>Circuit breaker</th>
              </tr>
            </thead>
            <tbody>
              {worst.map(({ instance, provider, breaches, circuitBreakerOpenUntil: until }) => (
                <tr key={`${instance} ${provider}`}>
                  <td>
                    <a href={pathOf('instances', instance)}>{instance}</a>
                  </td>
                  <td>{provider}</td>
                  <td class="num">{breaches}</td>
                  <td class={until ? 'warn' : 'faint'}>{until ? `open until ${dateTime(until)}` : 'closed'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

function Limits({ risk }: { readonly risk: RiskView }): JSX.Element {
  const { providers, instances, ...all } = risk.limits
  const sets = [
    ['', 'all instances', all] as const,
    ...Object.entries(providers).map(([name, limits]) => ['', `provider ${name}`, limits] as const),
    ...Object.entries(instances).map(([id, limits]) => [id, id, limits] as const),
  ]
  const rows = sets.flatMap(([id, whose, limits]) =>
    Object.entries(limits)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => ({ id, whose, name, value: written(value) })),
  )
  return (
    <Panel title="Limits" beside={<span class="faint">what is not here is not limited</span>}>
      {rows.length === 0 ? (
        <Nothing>
          Nothing is limited. <span class="mono">PUT /risk/limits</span> sets limits.
        </Nothing>
      ) : (
        <div class="scroll" tabIndex={0}>
          <table aria-label="Limits">
            <thead>
              <tr>
                <th>Limit</th>
                <th>Value</th>
                <th>Of</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, whose, name, value }) => (
                <tr key={`${whose} ${name}`}>
                  <td>{name}</td>
                  <td class="wraps mono">{value}</td>
                  <td>{id ? <a href={pathOf('instances', id)}>{whose}</a> : whose}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
