/** What operators do on the account of an instance. `/strategy/instances/{id}/orders`, `/strategy/instances/{id}/flatten` */
import { Elysia, t } from 'elysia'
import { FlattenBody, Flattening, OrderBody, OrderPlaced } from '../schema/operator-orders'
import { NAMED } from '../schema/stated'
import { actorOf } from './actor'
import { BODY, failures, STORAGE } from './failures'
import type { Services } from './services'

const InstancePath = t.Object({
  id: t.String({ description: 'The id of the instance', examples: ['momentum-1'], ...NAMED }),
})
const CHANGE = [...BODY, ...STORAGE, 'instance_not_found', 'provider_not_found', 'invalid_provider'] as const

export const operatorOrders = (services: Pick<Services, 'operatorOrders' | 'flattener'>) =>
  new Elysia({ name: 'http/operator-orders', tags: ['Instances'] })
    .post(
      '/strategy/instances/:id/orders',
      async ({ params, body, request, status }) =>
        status(202, await services.operatorOrders.place(params.id, body, actorOf(request))),
      {
        parse: 'json',
        params: InstancePath,
        body: OrderBody,
        response: { 202: OrderPlaced, ...failures(...CHANGE, 'order_refused', 'market_closed', 'order_id_taken') },
        detail: { operationId: 'placeOrder', summary: 'Place an order of yours on the account of an instance' },
      },
    )
    .post(
      '/strategy/instances/:id/flatten',
      async ({ params, body, request, status }) =>
        status(202, await services.flattener.flatten(params.id, body, actorOf(request))),
      {
        parse: 'json',
        params: InstancePath,
        body: FlattenBody,
        response: { 202: Flattening, ...failures(...CHANGE, 'market_closed') },
        detail: { operationId: 'flattenInstance', summary: 'Cancel the orders of an instance and close its positions' },
      },
    )
