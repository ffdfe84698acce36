/** What is wrong, and who knows of it. `/alerts` */
import { Elysia, t } from 'elysia'
import { ALERT_STATUSES, AlertPage } from '../schema/alert-page'
import { words } from '../schema/words'
import { failures } from './failures'
import { openPage, slice } from './queries'
import type { Services } from './services'

export const alerts = (services: Pick<Services, 'alerts'>) =>
  new Elysia({ name: 'http/alerts', tags: ['Operation'] }).get(
    '/alerts',
    ({ query: { status, ...bounds } }) => {
      const { alerts: all, receivers, deadman } = services.alerts()
      const { items, page } = slice(status === undefined ? all : all.filter((one) => one.status === status), bounds)
      return { alerts: items, ...page, receivers: [...receivers], ...(deadman && { deadman }) }
    },
    {
      query: t.Object({
        status: t.Optional(words(ALERT_STATUSES, { description: 'Only of this status' })),
        ...openPage,
      }),
      response: { 200: AlertPage, ...failures('invalid_request') },
      detail: {
        operationId: 'listAlerts',
        summary: 'What the alert rules of the configuration find, who was told of it and who is still to be',
      },
    },
  )
