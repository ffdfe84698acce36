/** How a tag moves: all at once, or in steps, and what ends it by itself. */
import type { JSX } from 'preact'
import type { RolloutPlan } from '../../../schema/rollouts'
import { Choice, Field } from '../parts/fields'

export interface PlanDraft {
  how: 'once' | 'part' | 'steps'
  share: string
  steps: string
  every: string
  maxUnavailable: string
  errors: string
  drawdownPct: string
  lagMs: string
}

/** As it is where nothing was chosen. */
export const AT_ONCE: PlanDraft = {
  how: 'once',
  share: '10',
  steps: '5, 25, 100',
  every: '10m',
  maxUnavailable: '1',
  errors: '',
  drawdownPct: '',
  lagMs: '',
}

interface PlanProps {
  readonly draft: PlanDraft
  readonly change: (act: () => void) => void
}

export function Plan({ draft, change }: PlanProps): JSX.Element {
  const field = (name: Exclude<keyof PlanDraft, 'how'>, label: string, hint: string) => (
    <Field
      key={name}
      label={label}
      text={draft[name]}
      hint={hint}
      onText={(text) => change(() => Object.assign(draft, { [name]: text }))}
    />
  )
  return (
    <>
      <Choice
        label="How many instances move first"
        chosen={draft.how}
        choices={[
          ['once', 'all at once'],
          ['part', 'a part, the rest waits for a promote'],
          ['steps', 'step by step'],
        ]}
        onChoice={(how) => change(() => Object.assign(draft, { how }))}
      />
      {draft.how !== 'once' && (
        <div class="fields pairs">
          {draft.how === 'part'
            ? field('share', 'Part, in percent', 'of the running instances, rounded up')
            : field('steps', 'Steps, in percent', 'rising; after 100 it promotes itself')}
          {draft.how === 'steps' && field('every', 'Each step is watched for', 'as 90s, 10m or 2h')}
          {field('maxUnavailable', 'Moved at the same time', 'at most so many instances')}
          {field('errors', 'Taken back at errors', 'so many of those that moved; empty: never')}
          {field('drawdownPct', 'Taken back at a drawdown', 'in percent, of those that moved together')}
          {field('lagMs', 'Taken back at a lag', 'in ms, of one that moved, for 5 s')}
        </div>
      )}
    </>
  )
}

/** Undefined for all at once. What cannot be read goes as it was typed: the gateway says what is wrong with it. */
export function planOf(draft: PlanDraft): RolloutPlan | undefined {
  const { how, every, maxUnavailable } = draft
  if (how === 'once') return undefined
  const aborts = (['errors', 'drawdownPct', 'lagMs'] as const).flatMap((name) =>
    draft[name].trim() === '' ? [] : [[name, numberOf(draft[name])] as const],
  )
  return {
    ...(how === 'part'
      ? { share: shareOf(draft.share) }
      : {
          steps: draft.steps
            .split(/[\s,/]+/)
            .filter(Boolean)
            .map(shareOf),
        }),
    ...(how === 'steps' && every.trim() !== '' && { every: every.trim() }),
    ...(maxUnavailable.trim() !== '' && { maxUnavailable: numberOf(maxUnavailable) }),
    ...(aborts.length > 0 && { abortIf: Object.fromEntries(aborts) }),
  }
}

/** NaN, which is sent as null, for what is no number. */
const numberOf = (text: string): number => Number(text)

/** Percent as a part of one, without what dividing would add. */
const shareOf = (text: string): number => Number(`${Number(text.replace('%', ''))}e-2`)
