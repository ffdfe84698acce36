/** What the gateway is to run, as a whole: to keep, and to restore elsewhere. `/context/backup` */
import { Elysia } from 'elysia'
import { ContextBackup, ContextRestored, RestoreBody } from '../schema/backup'
import { actorOf } from './actor'
import { BODY, failures, STORAGE } from './failures'
import type { Services } from './services'

export const context = (services: Pick<Services, 'context'>) =>
  new Elysia({ name: 'http/context', tags: ['Operation'] })
    .get('/context/backup', () => services.context.backup(), {
      response: { 200: ContextBackup },
      detail: { operationId: 'takeBackup', summary: 'Providers, instances and risk limits, without secrets' },
    })
    .post('/context/backup', async ({ body, request }) => await services.context.restore(body, actorOf(request)), {
      parse: 'json',
      body: RestoreBody,
      response: {
        200: ContextRestored,
        ...failures(...BODY, ...STORAGE, 'invalid_backup', 'backup_conflict', 'provider_not_found', 'hash_not_found'),
      },
      detail: { operationId: 'restoreBackup', summary: 'Create what of a backup is not there; start nothing' },
    })
