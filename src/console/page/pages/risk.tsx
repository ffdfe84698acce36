/** What may not trade, what binds, who has run into it. */
import type { JSX } from 'preact'
import type { RiskView } from '../../../schema/risk'
import { may } from '../api/session'
import { amount, dateTime, exact, written } from '../format'
import type { World } from '../live/world'
import { Nothing, Panel, Table } from '../parts/bits'
import { byShare, Used } from '../parts/used'
import { pathOf } from '../route'
import { useStore } from '../store'
import { askToKill, askToResume, MODES } from './kill'
import { askToLimit } from './limits'
import { Totals } from './risk-totals'

export function RiskPage({ world }: { readonly world: World }): JSX.Element {
  const risk = useStore(world.risk)
  const set = risk?.killSwitches.find(({ scope }) => scope === 'all')
  const isStopped = set?.mode === 'kill'
  return (
    <>
      <div class="top">
        <h1>Risk</h1>
      </div>
      <section class={`panel switch ${isStopped ? 'stopped' : ''}`} aria-labelledby="switch">
        <div>
          <h2 id="switch">Kill switch</h2>
          <p>
            {set
              ? `Of everything ${MODES[set.mode]}, since ${dateTime(set.since)} by ${set.who}.`
              : 'Trading is allowed. The switch refuses every order from then on and cancels what rests.'}
          </p>
        </div>
        {!isStopped && may('killTrading') && (
          <button type="button" class="kill big" onClick={() => askToKill(world)}>
            Stop all trading…
          </button>
        )}
        {set && may('resumeTrading') && (
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
      <LossStops risk={risk} />
      <Totals risk={risk} />
      <Breaches risk={risk} />
      <Limits world={world} risk={risk} />
    </>
  )
}

function Switches({ world, risk }: { readonly world: World; readonly risk: RiskView }): JSX.Element {
  return (
    <Panel title="Stopped">
      {risk.killSwitches.length === 0 ? (
        <Nothing>Nothing is stopped.</Nothing>
      ) : (
        <Table label="What is stopped" class="stacks">
          <thead>
            <tr>
              <th>What</th>
              <th>How</th>
              <th>Since</th>
              <th>By</th>
              <th>Reason</th>
              <th>
                <span class="unseen">Resume</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {risk.killSwitches.map(({ scope, subject, mode, since, until, who, reason }) => (
              <tr key={`${scope} ${subject}`}>
                <td>{subject ? `${scope} ${subject}` : 'all trading'}</td>
                <td class="wraps">{MODES[mode]}</td>
                <td>
                  {dateTime(since)}
                  {until && <div class="faint">until {dateTime(until)}</div>}
                </td>
                <td>{who}</td>
                <td class="wraps all">{reason}</td>
                <td class="does all">
                  {may('resumeTrading') && (
                    <button type="button" onClick={() => askToResume(world, scope, subject)}>
                      Resume…
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  )
}

function LossStops({ risk }: { readonly risk: RiskView }): JSX.Element | null {
  if (risk.lossStops.length === 0) return null
  const nearest = risk.lossStops.toSorted(byShare)
  return (
    <Panel title="Loss stops" beside={<span class="faint">the nearest first</span>}>
      <Table label="Loss stops">
        <thead>
          <tr>
            <th>Of</th>
            <th>Measure</th>
            <th class="num">Now</th>
            <th class="num">Limit</th>
            <th>Used</th>
            <th>Then</th>
          </tr>
        </thead>
        <tbody>
          {nearest.map((stop) => {
            const { scope, subject, measure, currency, value, limit, percent, action } = stop
            const unit = percent ? '%' : currency
            return (
              <tr key={`${scope} ${subject} ${measure} ${currency}`}>
                <td>{subject ?? 'everything'}</td>
                <td>{measure === 'dailyLoss' ? 'daily loss' : measure}</td>
                <td class="num" title={value}>
                  {amount(value)} {unit}
                </td>
                <td class="num">
                  {exact(limit)} {unit}
                </td>
                <td>
                  <Used of={stop} />
                </td>
                <td class="wraps">{MODES[action]}</td>
              </tr>
            )
          })}
        </tbody>
      </Table>
    </Panel>
  )
}

function Breaches({ risk }: { readonly risk: RiskView }): JSX.Element {
  const worst = risk.breaches.toSorted((one, other) => other.breaches - one.breaches)
  return (
    <Panel title="Breaches" beside={<span class="faint">orders that limits refused</span>}>
      {worst.length === 0 ? (
        <Nothing>None since the last resume.</Nothing>
      ) : (
        <Table label="Breaches">
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
        </Table>
      )}
    </Panel>
  )
}

function Limits({ world, risk }: { readonly world: World; readonly risk: RiskView }): JSX.Element {
  const { providers, instances, ...all } = risk.limits
  const sets = [
    ['', 'all instances', all] as const,
    ...Object.entries(providers).map(([name, limits]) => ['', `provider ${name}`, limits] as const),
    ...Object.entries(instances).map(([id, limits]) => [id, id, limits] as const),
  ]
  const rows = sets.flatMap(([id, whose, limits]) =>
    Object.entries(limits)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => ({ id, whose, name, value: shown(value) })),
  )
  return (
    <Panel
      title="Limits"
      beside={<span class="faint">what is not here is not limited</span>}
      right={
        may('setRiskLimits') && (
          <button type="button" onClick={() => askToLimit(world, risk.limits)}>
            Set limits…
          </button>
        )
      }
    >
      {rows.length === 0 ? (
        <Nothing>Nothing is limited.</Nothing>
      ) : (
        <Table label="Limits">
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
        </Table>
      )}
    </Panel>
  )
}

/** What is made of several says each of them. */
function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return written(value)
  if (Array.isArray(value)) return value.join(', ')
  return Object.entries(value)
    .filter(([, part]) => part !== null)
    .map(([name, part]) => `${name} ${part}`)
    .join(', ')
}
