/** Who changed what, and when. `/audit` */
import { Elysia, t } from 'elysia'
import { AUDIT_ACTIONS, AuditPage } from '../schema/usage'
import { words } from '../schema/words'
import { failures } from './failures'
import { listed } from './listed'
import { historyOf, historyPage, text, time, timeMs } from './queries'
import type { Services } from './services'

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
