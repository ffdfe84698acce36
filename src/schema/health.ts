/** What the gateway says of itself to whoever watches it. */
import { Type } from '@sinclair/typebox'
import { RefreshProblem } from './usage'

export const Health = Type.Object({ status: Type.Literal('ok') }, { title: 'Health', examples: [{ status: 'ok' }] })

export const Readiness = Type.Object(
  {
    status: Type.Literal('ready'),
    problems: Type.Array(RefreshProblem, { description: 'What is not sound, though it may stop nothing' }),
  },
  { title: 'Readiness', examples: [{ status: 'ready', problems: [] }] },
)
