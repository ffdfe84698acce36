/** Strategy instances: created, replaced, started, stopped, removed, and what they left behind. `/strategy/instances` */
import { Elysia, t } from 'elysia'
import { BalancePage, ExecutionPage, LogPage, OrderPage } from '../schema/instance-records'
import {
  INSTANCE_STATES,
  Instance,
  InstanceAction,
  InstanceBody,
  InstancePage,
  InstanceRemoved,
  InstanceReplacement,
} from '../schema/instances'
import { NAMED } from '../schema/stated'
import { words } from '../schema/words'
import { actorOf } from './actor'
import { BODY, failures, SELECTOR, STORAGE } from './failures'
import { listed } from './listed'
import { boundedPage, hash, historyOf, historyPage, openPage, pageOf, slice, text } from './queries'
import type { Services } from './services'

const InstancePath = t.Object({
  id: t.String({ description: 'The id of the instance', examples: ['momentum-1'], ...NAMED }),
})
const BalanceQuery = t.Object(boundedPage)
const HistoryQuery = t.Object(historyPage)

const LAUNCH = ['launch_failed', 'revision_drifted', 'revision_missing', 'revision_invalid', ...STORAGE] as const
const CONTENT = [
  ...BODY,
  ...SELECTOR,
  ...LAUNCH,
  'provider_not_found',
  'invalid_provider',
  'symbol_refused',
  'invalid_config',
  'invalid_instance_id',
] as const
const CHANGE = ['instance_not_found', ...STORAGE] as const
const READ = ['invalid_request', 'instance_not_found'] as const
const READ_HISTORY = [...READ, 'data_damaged'] as const

export const instances = (services: Pick<Services, 'instances' | 'instanceIndex' | 'records' | 'balances'>) =>
  new Elysia({ name: 'http/instances', tags: ['Instances'] })
    .get(
      '/strategy/instances',
      ({ query }) => {
        const { items, page } = slice(services.instanceIndex.list(query), query)
        return { instances: items, ...page }
      },
      {
        query: t.Object({
          strategy: text('Only of this strategy'),
          hash: hash('Only those that pin this revision'),
          state: t.Optional(words(INSTANCE_STATES, { description: 'Only in this state' })),
          ...openPage,
        }),
        response: { 200: InstancePage, ...failures('invalid_request', 'invalid_selector') },
        detail: { operationId: 'listInstances', summary: 'All instances' },
      },
    )
    .post(
      '/strategy/instances',
      async ({ body, request, status }) => status(201, await services.instances.create(body, actorOf(request))),
      {
        parse: 'json',
        body: InstanceBody,
        response: { 201: Instance, ...failures(...CONTENT, 'instance_exists') },
        detail: { operationId: 'createInstance', summary: 'Create an instance; autostart runs it at once' },
      },
    )
    .get('/strategy/instances/:id', ({ params }) => services.instanceIndex.get(params.id), {
      params: InstancePath,
      response: { 200: Instance, ...failures('instance_not_found') },
      detail: { operationId: 'getInstance', summary: 'One instance' },
    })
    .put(
      '/strategy/instances/:id',
      ({ params, body, request }) => services.instances.replace(params.id, body, actorOf(request)),
      {
        parse: 'json',
        params: InstancePath,
        body: InstanceReplacement,
        response: { 200: Instance, ...failures(...CONTENT, 'instance_not_found') },
        detail: { operationId: 'replaceInstance', summary: 'Replace an instance; a running one restarts with it' },
      },
    )
    .delete(
      '/strategy/instances/:id',
      async ({ params: { id }, request }) => {
        await services.instances.remove(id, actorOf(request))
        return { status: 'removed' as const, id }
      },
      {
        params: InstancePath,
        response: { 200: InstanceRemoved, ...failures(...CHANGE) },
        detail: { operationId: 'removeInstance', summary: 'Remove an instance; a running one is stopped first' },
      },
    )
    .post(
      '/strategy/instances/:id/start',
      async ({ params: { id }, request }) => ({
        status: 'ok' as const,
        action: 'start' as const,
        id,
        instance: await services.instances.start(id, actorOf(request)),
      }),
      {
        params: InstancePath,
        response: { 200: InstanceAction, ...failures(...CHANGE, ...LAUNCH, 'provider_not_found') },
        detail: { operationId: 'startInstance', summary: 'Start an instance; a running one is left as it is' },
      },
    )
    .post(
      '/strategy/instances/:id/stop',
      async ({ params: { id }, request }) => ({
        status: 'ok' as const,
        action: 'stop' as const,
        id,
        instance: await services.instances.stop(id, actorOf(request)),
      }),
      {
        params: InstancePath,
        response: { 200: InstanceAction, ...failures(...CHANGE) },
        detail: { operationId: 'stopInstance', summary: 'Stop an instance; a stopped one is left as it is' },
      },
    )
    .get(
      '/strategy/instances/:id/orders',
      ({ params, query, request }) => listed(services, request, services.records.orders(params.id, historyOf(query))),
      {
        params: InstancePath,
        query: HistoryQuery,
        response: { 200: OrderPage, ...failures(...READ_HISTORY) },
        detail: { operationId: 'listOrders', summary: 'Orders of an instance, newest first' },
      },
    )
    .get(
      '/strategy/instances/:id/executions',
      ({ params, query, request }) =>
        listed(services, request, services.records.executions(params.id, historyOf(query))),
      {
        params: InstancePath,
        query: HistoryQuery,
        response: { 200: ExecutionPage, ...failures(...READ_HISTORY) },
        detail: { operationId: 'listExecutions', summary: 'Executions of an instance, newest first' },
      },
    )
    .get('/strategy/instances/:id/balances', ({ params, query }) => services.balances.of(params.id, pageOf(query)), {
      params: InstancePath,
      query: BalanceQuery,
      response: { 200: BalancePage, ...failures(...READ) },
      detail: { operationId: 'listBalances', summary: 'Balances of an instance' },
    })
    .get(
      '/strategy/instances/:id/logs',
      ({ params, query, request }) => listed(services, request, services.records.logs(params.id, historyOf(query))),
      {
        params: InstancePath,
        query: HistoryQuery,
        response: { 200: LogPage, ...failures(...READ_HISTORY) },
        detail: { operationId: 'listLogs', summary: 'Log lines of an instance, newest first' },
      },
    )
