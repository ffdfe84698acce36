/** Rollouts as people read them in a terminal. */
import type { Colors } from 'picocolors/types'
import type { Rollout, RolloutState, Side } from '../../schema/rollouts'
import { type Cell, columns, hashText, lines } from './output'

const TITLES = ['TAG', 'STATE', 'SHARE', 'MOVED', 'WAITING', 'FAILED', 'FROM', 'TO', 'SINCE']
const SIDES = ['SIDE', 'HASH', 'INSTANCES', 'REALIZED', 'UNREALIZED', 'FILLS', 'ERRORS', 'LAG']

export const nameOf = ({ strategy, tag }: Rollout): string => `${strategy}:${tag}`

const percent = (share: number) => `${Number((share * 100).toFixed(2))}%`

function stateCell({ green, red, yellow }: Colors, { state, finished }: Rollout): Cell {
  const colour = { running: green, paused: yellow, promoted: green, aborted: red } satisfies Record<
    RolloutState,
    (text: string) => string
  >
  const isOpen = state === 'running' || state === 'paused'
  return { text: isOpen || finished ? state : `${state} (moving)`, colour: colour[state] }
}

export const listText = (colours: Colors, rollouts: readonly Rollout[], trunc: boolean): string =>
  columns(
    colours,
    TITLES,
    rollouts.map((rollout) => [
      nameOf(rollout),
      stateCell(colours, rollout),
      percent(rollout.share),
      String(rollout.moved.length),
      String(rollout.waiting.length),
      String(rollout.failed.length),
      hashText(rollout.from, trunc),
      hashText(rollout.to, trunc),
      rollout.since,
    ]),
  )

/** One of them, both revisions side by side. */
export function statusText(colours: Colors, rollout: Rollout, trunc: boolean): string {
  const { state, reason, nextStepAt, failed, steps, every, sides } = rollout
  const about = [
    ...(reason === undefined ? [] : [`${state}: ${reason}`]),
    ...(nextStepAt === undefined ? [] : [`the next step is due at ${nextStepAt}`]),
    ...(state === 'running' ? [`steps ${steps.map(percent).join(', ')}, each watched for ${every}`] : []),
    ...failed.map(({ id, reason: why }) => `${id} failed: ${why}`),
  ]
  const rows = [sideRow('from', sides.from, trunc), sideRow('to', sides.to, trunc)]
  return `${listText(colours, [rollout], trunc)}\n${columns(colours, SIDES, rows)}${about.length > 0 ? '\n' : ''}${lines(about)}`
}

function sideRow(name: string, side: Side, trunc: boolean): string[] {
  const { hash, instances, currency, realizedPnl, unrealizedPnl, others = [], fills, errors, lagMs } = side
  const all = [...(currency === undefined ? [] : [{ currency, realizedPnl, unrealizedPnl }]), ...others]
  const money = (amount: (one: (typeof all)[number]) => string) =>
    all.map((one) => `${amount(one)} ${one.currency}`).join(' + ') || '0'
  const [realized, unrealized] = [money((one) => one.realizedPnl), money((one) => one.unrealizedPnl)]
  return [
    name,
    hashText(hash, trunc),
    String(instances),
    realized,
    unrealized,
    String(fills),
    String(errors),
    `${lagMs}ms`,
  ]
}
