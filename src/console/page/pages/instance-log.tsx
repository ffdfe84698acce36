/** The log of an instance. It follows, until somebody scrolls up to read: then it stays as it is. */
import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { amount, clock, count } from '../format'
import type { InstanceView, ShownLog } from '../live/instance'
import { Nothing, Panel } from '../parts/bits'
import { useStore } from '../store'

const LEVELS = ['info', 'warn', 'error'] as const
/** So near to the end one is at the end. */
const NEAR_PX = 24
const UPWARDS = new Set(['ArrowUp', 'PageUp', 'Home'])

export function Log({ view }: { readonly view: InstanceView }): JSX.Element {
  const newest = useStore(view.log)
  /** What somebody reads, while it does not follow. */
  const [held, hold] = useState<ShownLog>()
  const [level, setLevel] = useState<(typeof LEVELS)[number]>('info')
  const place = useRef<HTMLDivElement>(null)
  const { lines, left } = held ?? newest
  const least = LEVELS.indexOf(level)
  const shown = lines.filter((line) => LEVELS.indexOf(line.level) >= least)
  const since = seen(newest) - seen(held ?? newest)
  /** Only a hand makes it stay: what is drawn anew scrolls by itself. */
  const grab = () => {
    const { scrollHeight = 0, clientHeight = 0 } = place.current ?? {}
    if (scrollHeight > clientHeight) hold((was) => was ?? newest)
  }
  useLayoutEffect(() => {
    if (!held && place.current) place.current.scrollTop = place.current.scrollHeight
  }, [newest, held, level])
  return (
    <Panel
      title="Log"
      beside={since > 0 && <span class="chip warn">{count(since, 'new line')}</span>}
      right={
        <>
          <select
            aria-label="Lines of the log from which level on"
            onChange={({ currentTarget }) => setLevel(LEVELS[currentTarget.selectedIndex] ?? 'info')}
          >
            {LEVELS.map((name) => (
              <option key={name} selected={name === level}>
                {name}
              </option>
            ))}
          </select>
          <button type="button" aria-pressed={!held} onClick={() => hold(held ? undefined : newest)}>
            Follow
          </button>
        </>
      }
    >
      {shown.length === 0 && <Nothing>{lines.length === 0 ? 'It has said nothing yet.' : 'No such line.'}</Nothing>}
      <div
        ref={place}
        class="log mono"
        role="log"
        aria-live="off"
        aria-label="Log"
        tabIndex={0}
        onWheel={({ deltaY }) => deltaY < 0 && grab()}
        onTouchMove={grab}
        onKeyDown={({ key }) => UPWARDS.has(key) && grab()}
        onMouseDown={({ offsetX, currentTarget }) => offsetX > currentTarget.clientWidth && grab()}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          if (scrollHeight - scrollTop - clientHeight < NEAR_PX) hold(undefined)
        }}
      >
        {left > 0 && <div class="faint">{amount(left, 0)} earlier lines are left out here</div>}
        {shown.map((line) => (
          <div key={line.place} class={line.level === 'info' ? '' : line.level}>
            <time>{clock(line.time)}</time> {line.message}
          </div>
        ))}
      </div>
    </Panel>
  )
}

/** How many lines there have been. */
const seen = ({ lines, left }: ShownLog): number => left + lines.length
