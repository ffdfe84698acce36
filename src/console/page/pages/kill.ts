/** The kill switch: who asks for it has to mean it. */
import type { SwitchMode } from '../../../schema/risk'
import { call } from '../api/call'
import { count } from '../format'
import type { World } from '../live/world'
import { ask } from '../parts/ask'

const WORD = 'STOP'

/** What a switch has done. */
export const MODES: Readonly<Record<SwitchMode, string>> = {
  kill: 'trading is stopped',
  reduce: 'only orders that reduce a position pass',
  close: 'positions are closed, and only orders that reduce pass',
}

export function askToKill(world: World): void {
  const running = [...world.instances.value.values()].filter(({ state }) => state === 'running').length
  ask({
    title: 'Stop all trading',
    says: 'Every order from now on is refused, and what rests at the venues is cancelled. Positions stay open, instances run on and see the market; it holds over restarts until somebody resumes it.',
    changes: [
      { label: 'Trading', before: 'allowed', after: 'stopped' },
      { label: 'Concerns', after: count(running, 'running instance') },
    ],
    action: 'Stop all trading',
    isGrave: true,
    word: WORD,
    asksReason: true,
    perform: async (reason) => {
      await call('POST', '/risk/kill', reason ? { reason } : {})
      await world.look()
    },
    done: 'All trading is stopped.',
  })
}

/** @param subject absent: everything. */
export function askToResume(world: World, scope: 'all' | 'provider' | 'instance', subject?: string): void {
  const whom = subject ?? 'everything'
  ask({
    title: `Let ${whom} trade again`,
    changes: [
      { label: subject === undefined ? 'All trading' : `Trading of ${whom}`, before: 'stopped', after: 'allowed' },
    ],
    action: 'Resume trading',
    perform: async () => {
      await call('POST', '/risk/resume', scope === 'all' ? {} : { [scope]: subject })
      await world.look()
    },
    done: `${subject ?? 'Everything'} may trade again.`,
  })
}

export function askToKillOne(world: World, scope: 'provider' | 'instance', subject: string): void {
  ask({
    title: `Stop trading of ${subject}`,
    says: 'Its orders are refused from now on, and what rests is cancelled. Positions stay open.',
    changes: [{ label: `Trading of ${subject}`, before: 'allowed', after: 'stopped' }],
    action: 'Stop trading',
    isGrave: true,
    asksReason: true,
    perform: async (reason) => {
      await call('POST', '/risk/kill', { [scope]: subject, ...(reason && { reason }) })
      await world.look()
    },
    done: `${subject} may not trade any more.`,
  })
}
