/** One backtest: what was asked for, how far it is, and what came of it with the whole report. */
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Backtest } from '../../../schema/backtests'
import { call, part, Refused, textOf } from '../api/call'
import { may } from '../api/session'
import { dateTime, duration, written } from '../format'
import type { World } from '../live/world'
import { ask, Refusal } from '../parts/ask'
import { Hash, Nothing, Panel, State } from '../parts/bits'
import { useLoaded } from '../parts/loaded'
import { go, pathOf } from '../route'
import { useStore } from '../store'
import { isUnderWay, Progress, useTicks } from './backtests'

export function BacktestPage({ world, id }: { readonly world: World; readonly id: string }): JSX.Element {
  const changes = useStore(world.changes)
  const [underWay, setUnderWay] = useState(true)
  const ticks = useTicks(underWay)
  const { value: backtest, refusal } = useLoaded(
    (signal) => call<Backtest>('GET', `/backtests/${part(id)}`, undefined, signal),
    [id, changes, ticks],
  )
  const isOver = backtest !== undefined && !isUnderWay(backtest)
  useEffect(() => setUnderWay(!isOver && refusal === undefined), [isOver, refusal])
  return (
    <>
      <div class="top">
        <div class="trail">
          <a href={pathOf('backtests')} title="Escape">
            ← Backtests
          </a>
          <h1>{backtest ? `${id} ${backtest.strategy}` : id}</h1>
        </div>
        {backtest && <Hash hash={backtest.hash} />}
        {backtest && <Actions backtest={backtest} />}
      </div>
      {refusal && <Refusal refusal={refusal} />}
      {backtest ? <Told backtest={backtest} /> : !refusal && <Nothing>Reading…</Nothing>}
    </>
  )
}

function Told({ backtest }: { readonly backtest: Backtest }): JSX.Element {
  const { state, error, summary, warnings } = backtest
  return (
    <>
      {error && (
        <div class="notice loss" role="alert">
          {error.message}
          {error.hint && <div class="soft">{error.hint}</div>}
        </div>
      )}
      {summary && summary.stopped !== null && <div class="notice">The strategy was stopped: {summary.stopped}</div>}
      {warnings.length > 0 && (
        <div class="notice">
          {warnings.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
      <Asked backtest={backtest} />
      {state === 'done' && <Report backtest={backtest} />}
    </>
  )
}

function Asked({ backtest }: { readonly backtest: Backtest }): JSX.Element {
  const { selector, data, config, options, who, createdAt, startedAt, endedAt } = backtest
  const took = startedAt && endedAt && duration(Date.parse(endedAt) - Date.parse(startedAt))
  const facts: [label: string, value: string][] = [
    ['Selector', selector.replace(/(@sha256:.{12}).*/, '$1')],
    ['Data', data.join(', ')],
    ['When', dateTime(createdAt)],
    ['Who', who],
    ...(took ? [['Took', took] satisfies [string, string]] : []),
    ...Object.entries({ ...options, ...config }).map(([name, value]): [string, string] => [name, written(value)]),
  ]
  return (
    <Panel
      title="Asked for"
      beside={<State state={backtest.state} />}
      right={backtest.state === 'running' && <Progress backtest={backtest} />}
    >
      <dl class="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

/**
 * The report in a frame of no origin: it has names in it that a strategy chose, and a script of its own. It is handed over as
 * text, since a frame is sent no token.
 */
function Report({ backtest }: { readonly backtest: Backtest }): JSX.Element {
  const { id, links } = backtest
  const { value: html, refusal } = useLoaded((signal) => textOf(links.report, signal), [id])
  const [unsaved, setUnsaved] = useState<Refused>()
  const frame = useRef<HTMLIFrameElement>(null)
  const [isReady, setReady] = useState(false)
  const saveResult = async (): Promise<Refused | undefined> => {
    try {
      save(`backtest-${id}.json`, await textOf(links.result))
      return undefined
    } catch (error) {
      if (error instanceof Refused) return error
      throw error
    }
  }
  useEffect(() => {
    if (!isReady || html === undefined) return
    const { theme = 'system' } = document.documentElement.dataset
    const themed = html.replace('<html', `<html data-theme="${theme}"`)
    // it is of no origin that could be named, and its policy lets it be nothing but the frame of this gateway
    frame.current?.contentWindow?.postMessage(themed, '*')
  }, [isReady, html])
  return (
    <Panel
      title="Report"
      right={
        <>
          <button type="button" disabled={html === undefined} onClick={() => save(`backtest-${id}.html`, html ?? '')}>
            Save the report
          </button>
          <button type="button" onClick={() => void saveResult().then(setUnsaved)}>
            Save the result
          </button>
        </>
      }
    >
      {unsaved && <Refusal refusal={unsaved} />}
      {refusal && <Refusal refusal={refusal} />}
      {!refusal && (
        <iframe
          ref={frame}
          class="report"
          title={`Report of backtest ${id}`}
          sandbox="allow-scripts"
          src="/console/frame"
          onLoad={() => setReady(true)}
        />
      )}
    </Panel>
  )
}

/** As a file that is only saved: opened from here it would be of this origin. */
function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

function Actions({ backtest }: { readonly backtest: Backtest }): JSX.Element {
  const { id, state } = backtest
  return (
    <div class="right">
      {isUnderWay(backtest) && may('cancelBacktest') && (
        <button
          type="button"
          onClick={() =>
            ask({
              title: `Cancel backtest ${id}`,
              changes: [{ label: 'Backtest', before: state, after: 'cancelled' }],
              action: 'Cancel it',
              isGrave: true,
              perform: () => call('POST', `/backtests/${part(id)}/cancel`),
              done: `Backtest ${id} was cancelled.`,
            })
          }
        >
          Cancel…
        </button>
      )}
      {may('removeBacktest') && (
        <button
          type="button"
          onClick={() =>
            ask({
              title: `Remove backtest ${id}`,
              says: 'Its result and report go with it.',
              changes: [{ label: 'Backtest', before: state, after: 'removed' }],
              action: 'Remove',
              isGrave: true,
              perform: async () => {
                await call('DELETE', `/backtests/${part(id)}`)
                go('backtests')
              },
              done: `Backtest ${id} was removed.`,
            })
          }
        >
          Remove…
        </button>
      )}
    </div>
  )
}
