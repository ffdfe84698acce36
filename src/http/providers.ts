/** Providers and the adapters that make them. `/providers`, `/adapters` */
import { Elysia, t } from 'elysia'
import {
  AdapterList,
  AdapterView,
  ProviderAction,
  ProviderBalancePage,
  ProviderBody,
  ProviderList,
  ProviderRemoved,
  ProviderReplacement,
  ProviderView,
} from '../schema/providers'
import { NAMED } from '../schema/stated'
import { actorOf } from './actor'
import { BODY, failures, STORAGE } from './failures'
import { boundedPage, pageOf } from './queries'
import type { Services } from './services'

const ProviderPath = t.Object({
  name: t.String({ description: 'The name of the provider', examples: ['sim'], ...NAMED }),
})
const CHANGE = ['provider_not_found', ...STORAGE] as const

export const providers = (services: Pick<Services, 'providers' | 'adapters' | 'balances'>) =>
  new Elysia({ name: 'http/providers', tags: ['Providers'] })
    .get('/adapters', () => ({ adapters: services.adapters.list() }), {
      response: { 200: AdapterList },
      detail: { operationId: 'listAdapters', summary: 'The kinds of providers, with their settings' },
    })
    .get('/adapters/:identifier', ({ params }) => services.adapters.view(params.identifier), {
      params: t.Object({ identifier: t.String({ description: 'Of the adapter', examples: ['sim'] }) }),
      response: { 200: AdapterView, ...failures('adapter_not_found') },
      detail: { operationId: 'getAdapter', summary: 'One kind of providers, with its settings' },
    })
    .get('/providers', () => ({ providers: services.providers.list() }), {
      response: { 200: ProviderList },
      detail: { operationId: 'listProviders', summary: 'All providers' },
    })
    .post(
      '/providers',
      async ({ body, request, status }) => status(202, await services.providers.create(body, actorOf(request))),
      {
        parse: 'json',
        body: ProviderBody,
        response: {
          202: ProviderView,
          ...failures(...BODY, 'adapter_not_found', 'provider_exists', 'invalid_provider', ...STORAGE),
        },
        detail: { operationId: 'createProvider', summary: 'Create a provider and start it' },
      },
    )
    .get('/providers/:name', ({ params }) => services.providers.get(params.name), {
      params: ProviderPath,
      response: { 200: ProviderView, ...failures('provider_not_found') },
      detail: { operationId: 'getProvider', summary: 'One provider' },
    })
    .put(
      '/providers/:name',
      ({ params, body, request }) => services.providers.replace(params.name, body, actorOf(request)),
      {
        parse: 'json',
        params: ProviderPath,
        body: ProviderReplacement,
        response: {
          200: ProviderView,
          ...failures(...BODY, ...CHANGE, 'adapter_not_found', 'invalid_provider', 'symbol_refused'),
        },
        detail: {
          operationId: 'replaceProvider',
          summary: 'Replace a provider; one that runs restarts with it, and so do the instances that run on it',
        },
      },
    )
    .delete(
      '/providers/:name',
      async ({ params: { name }, request }) => {
        await services.providers.remove(name, actorOf(request))
        return { status: 'removed' as const, name }
      },
      {
        params: ProviderPath,
        response: { 200: ProviderRemoved, ...failures(...CHANGE, 'provider_in_use') },
        detail: { operationId: 'removeProvider', summary: 'Remove a provider that no instance uses' },
      },
    )
    .post(
      '/providers/:name/start',
      async ({ params: { name }, request }) => ({
        status: 'ok' as const,
        action: 'start' as const,
        name,
        provider: await services.providers.start(name, actorOf(request)),
      }),
      {
        params: ProviderPath,
        response: { 200: ProviderAction, ...failures(...CHANGE, 'invalid_provider') },
        detail: { operationId: 'startProvider', summary: 'Start a provider; a running one is left as it is' },
      },
    )
    .post(
      '/providers/:name/stop',
      async ({ params: { name }, request }) => ({
        status: 'ok' as const,
        action: 'stop' as const,
        name,
        provider: await services.providers.stop(name, actorOf(request)),
      }),
      {
        params: ProviderPath,
        response: { 200: ProviderAction, ...failures(...CHANGE) },
        detail: { operationId: 'stopProvider', summary: 'Stop a provider; a stopped one is left as it is' },
      },
    )
    .get('/providers/:name/balances', ({ params, query }) => services.balances.at(params.name, pageOf(query)), {
      params: ProviderPath,
      query: t.Object(boundedPage),
      response: { 200: ProviderBalancePage, ...failures('invalid_request', 'provider_not_found') },
      detail: { operationId: 'listProviderBalances', summary: 'Balances of every instance at a provider' },
    })
