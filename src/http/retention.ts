/** How much of what has happened is kept. `/retention` */
import { Elysia } from 'elysia'
import { PruneBody, RetentionView } from '../schema/retention'
import { actorOf } from './actor'
import { BODY, failures, STORAGE } from './failures'
import type { Services } from './services'

export const retention = (services: Pick<Services, 'retention'>) =>
  new Elysia({ name: 'http/retention', tags: ['Operation'] })
    .get('/retention', () => services.retention.view(), {
      response: { 200: RetentionView },
      detail: { operationId: 'getRetention', summary: 'How many orders and executions are kept, and for how long' },
    })
    .post(
      '/retention/prune',
      ({ body, request, status }) => status(202, services.retention.prune(body, actorOf(request))),
      {
        parse: 'json',
        body: PruneBody,
        response: { 202: RetentionView, ...failures(...BODY, ...STORAGE, 'prune_running') },
        detail: { operationId: 'pruneHistory', summary: 'Delete old orders and executions, while trading goes on' },
      },
    )
