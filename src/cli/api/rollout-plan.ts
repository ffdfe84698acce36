/** `--rollout` of `meltica tag`: how a tag moves, in the words of a shell. */
import { Failure } from '../../errors/failure'
import type { RolloutPlan } from '../../schema/rollouts'

/** By the word that is written: where its value belongs. The gateway says what is wrong with a value. */
const WORDS: Readonly<Record<string, (text: string) => RolloutPlan>> = {
  share: (text) => ({ share: number(text) }),
  steps: (text) => ({ steps: text.split('/').map(number) }),
  every: (every) => ({ every }),
  'max-unavailable': (text) => ({ maxUnavailable: number(text) }),
  'abort-errors': (text) => ({ abortIf: { errors: number(text) } }),
  'abort-drawdown': (text) => ({ abortIf: { drawdownPct: number(text) } }),
  'abort-lag': (text) => ({ abortIf: { lagMs: number(text) } }),
}

export const ROLLOUT_HELP = `how, in steps: ${Object.keys(WORDS).join(', ')}, as share=0.1,abort-errors=3`

/** @param text as `steps=0.05/0.25/1,every=10m`. @param earlier of a flag that is given several times. @throws Failure usage. */
export function rolloutPlan(text: string, earlier: RolloutPlan = {}): RolloutPlan {
  let plan = earlier
  for (const part of text.split(',')) {
    const [, word = '', value = ''] = /^([^=]*)=(.*)$/.exec(part.trim()) ?? []
    const read = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
    if (!read || value === '') {
      const said = JSON.stringify(part)
      throw new Failure('usage', `--rollout ${said}: write word=value, with one of ${Object.keys(WORDS).join(', ')}`)
    }
    const more = read(value)
    const abortIf = { ...plan.abortIf, ...more.abortIf }
    plan = { ...plan, ...more, ...(Object.keys(abortIf).length > 0 && { abortIf }) }
  }
  return plan
}

function number(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new Failure(
    'usage',
    `--rollout: ${JSON.stringify(text)} is not a number; shares are written as 0.1, steps as 0.05/0.25/1`,
  )
}
