/** All calls that the API document describes, each feature a plugin of its own. */
import { Elysia } from 'elysia'
import { audit } from './audit'
import { context } from './context'
import { health } from './health'
import { history } from './history'
import { instances } from './instances'
import { modules } from './modules'
import type { Parts } from './parts'
import { providers } from './providers'
import { retention } from './retention'
import { risk } from './risk'
import { source } from './source'
import { strategies } from './strategies'
import { tags } from './tags'
import { usage } from './usage'

export const createApi = (parts: Parts) =>
  new Elysia()
    .use(strategies(parts))
    .use(modules(parts))
    .use(source(parts))
    .use(tags(parts))
    .use(history(parts))
    .use(usage(parts))
    .use(instances(parts))
    .use(providers(parts))
    .use(risk(parts))
    .use(audit(parts))
    .use(context(parts))
    .use(retention(parts))
    .use(health(parts))
