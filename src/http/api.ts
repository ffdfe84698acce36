/** All calls that the API document describes, each feature a plugin of its own. */
import { Elysia } from 'elysia'
import { alerts } from './alerts'
import { audit } from './audit'
import { backtests } from './backtests'
import { context } from './context'
import { events } from './events'
import { health } from './health'
import { history } from './history'
import { inputs } from './inputs'
import { instances } from './instances'
import { modules } from './modules'
import { operatorOrders } from './operator-orders'
import { providers } from './providers'
import { retention } from './retention'
import { risk } from './risk'
import { rollouts } from './rollouts'
import type { Services } from './services'
import { source } from './source'
import { strategies } from './strategies'
import { tags } from './tags'
import { usage } from './usage'
import { whoami } from './whoami'
import { worth } from './worth'

export const createApi = (services: Services) =>
  new Elysia()
    .use(strategies(services))
    .use(modules(services))
    .use(source(services))
    .use(tags(services))
    .use(history(services))
    .use(rollouts(services))
    .use(usage(services))
    .use(instances(services))
    .use(inputs(services))
    .use(operatorOrders(services))
    .use(worth(services))
    .use(providers(services))
    .use(backtests(services))
    .use(risk(services))
    .use(alerts(services))
    .use(audit(services))
    .use(events(services))
    .use(context(services))
    .use(retention(services))
    .use(health(services))
    .use(whoami())
