/** The log of an instance. It follows, until somebody scrolls up to read. */
import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { clock } from '../format'
import type { InstanceView } from '../live/instance'
import { Nothing, Panel } from '../parts/bits'
import { useStore } from '../store'

const LEVELS = ['info', 'warn', 'error'] as const
/** So near to the end one is at the end. */
const NEAR_PX = 24

export function Log({ view }: { readonly view: InstanceView }): JSX.Element {
  const lines = useStore(view.log)
  const [follows, setFollows] = useState(true)
  const [level, setLevel] = useState<(typeof LEVELS)[number]>('info')
  const place = useRef<HTMLDivElement>(null)
  const least = LEVELS.indexOf(level)
  const shown = lines.filter((line) => LEVELS.indexOf(line.level) >= least)
  useLayoutEffect(() => {
    if (follows && place.current) place.current.scrollTop = place.current.scrollHeight
  }, [lines, follows, level])
  return (
    <Panel
      title="Log"
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
          <button type="button" aria-pressed={follows} onClick={() => setFollows(!follows)}>
            Follow
          </button>
        </>
      }
    >
      {shown.length === 0 && <Nothing>It has said nothing yet.</Nothing>}
      <div
        ref={place}
        class="log mono"
        role="log"
        aria-live="off"
        aria-label="Log"
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          setFollows(scrollHeight - scrollTop - clientHeight < NEAR_PX)
        }
      >
        {shown.map((line, index) => (
          <div
            key={`${line.time} ${line.message} ${shown.length - index}`}
            class={line.level === 'info' ? '' : line.level}
          >
            <time>{clock(line.time)}</time> {line.message}
          </div>
        ))}
      </div>
    </Panel>
  )
}
