/** Who changed what, and when. `/audit` */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import { TIMED } from '../schema/stated'
import { AUDIT_ACTIONS, AuditPage } from '../schema/usage'
import { words } from '../schema/words'
import { failures } from './failures'
import { listed } from './listed'
import { historyOf, historyPage, text } from './queries'
import type { Services } from './services'

const time = (description: string) =>
  t.Optional(t.String({ maxLength: 40, description, examples: ['2026-01-31T12:00:00Z'], ...TIMED }))

export const audit = (services: Pick<Services, 'records'>) =>
  new Elysia({ name: 'http/audit', tags: ['Audit'] }).get(
    '/audit',
    ({ query: { who, what, subject, strategy, since, until, ...page }, request }) => {
      const filter = {
        ...(who !== undefined && { who }),
        ...(what !== undefined && { what }),
        ...(subject !== undefined && { subject }),
        ...(strategy !== undefined && { strategy }),
        ...(since !== undefined && { since: timeMs('since', since) }),
        ...(until !== undefined && { until: timeMs('until', until) }),
      }
      return listed(services, request, services.records.audit(historyOf(page), filter))
    },
    {
      query: t.Object({
        who: text('Only by this caller'),
        what: t.Optional(words(AUDIT_ACTIONS, { description: 'Only changes of this kind' })),
        subject: text('Only of this selector, instance or provider'),
        strategy: text('Only of this strategy'),
        since: time('Only at or after this time, RFC 3339'),
        until: time('Only before this time, RFC 3339'),
        ...historyPage,
      }),
      response: { 200: AuditPage, ...failures('invalid_request', 'data_damaged') },
      detail: { operationId: 'listAudit', summary: 'All changes, newest first' },
    },
  )

/** RFC 3339 with its zone: a time without one would depend on where the gateway runs. */
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

function timeMs(field: string, text: string): number {
  const ms = RFC3339.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms))
    throw new Failure('invalid_request', `query field "${field}" must be a time as 2026-01-31T12:00:00Z`)
  return ms
}
