/** The source of a revision, or what differs between two. */
import { diffLines } from 'diff'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Module } from '../../../schema/modules'
import { part, textOf } from '../api/call'
import { shortHash } from '../format'
import { Refusal } from '../parts/ask'
import { Nothing, Panel } from '../parts/bits'
import { useLoaded } from '../parts/loaded'

/** Lines that did not change are shown so far around those that did. */
const AROUND = 3

interface Line {
  readonly mark: ' ' | '+' | '-'
  readonly text: string
  /** In the newer source; in the older one for a line that is gone. */
  readonly number: number
}

export function Source({ module }: { readonly module: Module }): JSX.Element {
  const { name, revisions } = module
  const [hash, setHash] = useState(module.hash)
  const [base, setBase] = useState<string>()
  const { value, refusal } = useLoaded(
    async (signal) => {
      const [text, before] = await Promise.all([
        sourceOf(name, hash, signal),
        base === undefined ? undefined : sourceOf(name, base, signal),
      ])
      return before === undefined ? plain(text) : differing(before, text)
    },
    [name, hash, base],
  )
  const title = (revision: Module['revisions'][number]) => `${shortHash(revision.hash)} ${revision.tag}`
  return (
    <Panel
      title="Source"
      right={
        <>
          <select
            aria-label="Revision"
            onChange={({ currentTarget }) => setHash(revisions[currentTarget.selectedIndex]?.hash ?? hash)}
          >
            {revisions.map((revision) => (
              <option key={revision.hash} selected={revision.hash === hash}>
                {title(revision)}
              </option>
            ))}
          </select>
          <select
            aria-label="Compared with"
            onChange={({ currentTarget }) => setBase(revisions[currentTarget.selectedIndex - 1]?.hash)}
          >
            <option selected={base === undefined}>compared with nothing</option>
            {revisions.map((revision) => (
              <option key={revision.hash} selected={revision.hash === base}>
                against {title(revision)}
              </option>
            ))}
          </select>
        </>
      }
    >
      {refusal && <Refusal refusal={refusal} />}
      {!value && !refusal && <Nothing>Reading…</Nothing>}
      {value?.length === 0 && <Nothing>Nothing differs.</Nothing>}
      {value && value.length > 0 && <Lines lines={value} />}
    </Panel>
  )
}

function Lines({ lines }: { readonly lines: readonly Line[] }): JSX.Element {
  const names = { ' ': '', '+': 'added', '-': 'gone' } as const
  return (
    <pre class="source" tabIndex={0}>
      {lines.map(({ mark, text, number }, index) => {
        const before = lines[index - 1]
        const skips = before && mark === ' ' && before.mark === ' ' && number > before.number + 1
        return (
          <div key={`${mark} ${number}`} class={names[mark]}>
            {skips && <div class="skips">⋯</div>}
            <span class="line">{number}</span>
            {mark !== ' ' && <span class="unseen">{names[mark]}: </span>}
            <span aria-hidden="true">{mark}</span> {text}
          </div>
        )
      })}
    </pre>
  )
}

const sourceOf = (name: string, hash: string, signal: AbortSignal): Promise<string> =>
  textOf(`/strategies/modules/${part(`${name}@${hash}`)}/source`, signal)

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n')

const plain = (text: string): Line[] =>
  linesOf(text).map((line, index) => ({ mark: ' ', text: line, number: index + 1 }))

function differing(before: string, after: string): Line[] {
  let older = 0
  let newer = 0
  const all = diffLines(before, after).flatMap(({ value, added, removed }) =>
    linesOf(value).map((text): Line => {
      if (removed) return { mark: '-', text, number: ++older }
      if (!added) older++
      return { mark: added ? '+' : ' ', text, number: ++newer }
    }),
  )
  const changed = all.map(({ mark }) => mark !== ' ')
  return all.filter((_, index) => changed.slice(Math.max(0, index - AROUND), index + AROUND + 1).includes(true))
}
