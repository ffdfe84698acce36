/** Who calls, and what they may do: a page offers no more than that. `/whoami` */
import { Elysia } from 'elysia'
import { version } from '../../package.json'
import { Caller } from '../schema/caller'
import { callerOf } from './actor'

export const whoami = () =>
  new Elysia({ name: 'http/whoami', tags: ['Operation'] }).get(
    '/whoami',
    ({ request }) => {
      const entry = callerOf(request)
      return {
        ...(entry && { name: entry.name }),
        role: entry?.role ?? ('admin' as const),
        needsToken: entry !== undefined,
        version,
      }
    },
    {
      response: { 200: Caller },
      detail: { operationId: 'getCaller', summary: 'Who calls, and what they may do' },
    },
  )
