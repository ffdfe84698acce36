/** The API as an OpenAPI 3.1 document, derived from the routes and their schemas. */
import { toOpenAPISchema } from '@elysiajs/swagger'
import type { AnyElysia } from 'elysia'
import { version } from '../../package.json'
import type { FailureCode } from '../errors/failure'
import { FailureBody } from '../schema/failure'
import { Metrics } from '../telemetry/metrics'
import { createApi } from './api'
import { describe, exampleOf } from './failures'
import { type Json, Models } from './models'
import { REFUSAL_HEADERS, SECURITY_SCHEMES, securityOf } from './security'
import { GatewayServices } from './services'

/** What any call may answer besides what it declares. */
const ALWAYS = {
  400: ['invalid_path', 'invalid_host'],
  403: ['origin_refused'],
  500: ['internal'],
  503: ['not_ready'],
} satisfies Record<number, FailureCode[]>

/** Calls whose body may be left out. */
const OPTIONAL_BODY = new Set([
  'pruneHistory',
  'refreshStrategies',
  'rollbackTag',
  'promoteRollout',
  'pauseRollout',
  'resumeRollout',
  'abortRollout',
  'killTrading',
  'resumeTrading',
])

/** Calls that answer something else than JSON. */
const MEDIA: Readonly<Record<string, string>> = {
  getModuleSource: 'application/javascript',
  getBacktestReport: 'text/html',
  exportInputs: 'text/x-ndjson',
  archiveInputs: 'application/octet-stream',
  streamEvents: 'text/event-stream',
  streamInstance: 'text/event-stream',
}

/** What is said of answers whose schema says nothing. */
const MEANING: Readonly<Record<string, string>> = { 200: 'Done', 201: 'Created', 202: 'Accepted', 204: 'Deleted' }

const TAGS = {
  Catalogue: 'Strategies and their revisions: list, upload, read, replace, delete',
  Tags: 'Names that move from one revision to another',
  Rollouts: 'Tags that move in steps, a part of the instances first',
  Usage: 'Which instance runs which revision, and the refresh that moves them',
  Instances: 'Strategies at work',
  Worth: 'What instances hold, and what they have brought',
  Providers: 'Sources of market data and their paper exchanges',
  Backtests: 'Strategies over recorded market data, beside those at work',
  Risk: 'Limits on what instances may order, and the kill switch',
  Audit: 'Who changed what, and when',
  Events: 'What happens, as it happens',
  Operation: 'Health and metrics',
}

/** @param api as made by createApi; the document is the same whatever it works on. */
export function openapiDocument(api: AnyElysia): Json {
  const { paths } = toOpenAPISchema(api)
  const models = new Models()
  const finished = Object.entries(paths).map(([path, operations]) => [
    path,
    finishOperations(operations as Json, models),
  ])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Meltica',
      version,
      description:
        'Runs JavaScript trading strategies, each in a WebAssembly sandbox of its own. Every refusal has the form of `Failure`; selectors in a path may be percent-encoded or not.',
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(finished),
    components: { schemas: models.schemas, securitySchemes: SECURITY_SCHEMES },
  }
}

/** The document without a gateway: its services stay closed, and are never asked for. */
export function offlineDocument(): Json {
  return openapiDocument(createApi(new GatewayServices(new Metrics({ environment: 'none' }))))
}

function finishOperations(operations: Json, models: Models): Json {
  return Object.fromEntries(
    Object.entries(operations).map(([method, operation]) => [method, finishOperation(operation as Operation, models)]),
  )
}

interface Operation {
  readonly responses?: Readonly<Record<string, Response>>
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Json
  readonly [field: string]: unknown
}

interface Parameter {
  readonly schema: Json
  readonly [field: string]: unknown
}

interface Response {
  readonly description?: string
  readonly content?: Readonly<Record<string, { readonly schema?: Json }>>
}

function finishOperation({ responses = {}, parameters, requestBody, ...rest }: Operation, models: Models): Json {
  const operationId = String(rest.operationId)
  const all = { ...responses }
  const { security, said, refusals } = securityOf(operationId)
  for (const [status, codes] of Object.entries({ ...ALWAYS, ...refusals })) all[status] = withCodes(all[status], codes)
  const answers = Object.entries(all).map(([status, response]) => [
    status,
    { ...tidy(operationId, status, response), ...(status in REFUSAL_HEADERS && { headers: REFUSAL_HEADERS[status] }) },
  ])
  const required = !OPTIONAL_BODY.has(operationId)
  return {
    ...models.request(rest),
    ...(parameters && { parameters: models.request(parameters.map(described)) }),
    description: [rest.description, said].filter(Boolean).join('\n\n'),
    security,
    ...(requestBody && { requestBody: { ...models.request(requestBody), required } }),
    responses: models.answer(Object.fromEntries(answers)),
  }
}

/** What a schema says of a parameter, said by the parameter. */
function described({ schema: { description, ...schema }, ...rest }: Parameter): Json {
  return { ...rest, description, schema }
}

/** Elysia's description, the codes that any call may answer, and an example for each code. */
function withCodes(declared: Response | undefined, codes: readonly FailureCode[]): Response {
  const schema = schemaOf(declared) ?? FailureBody
  const examples = (schema.examples ?? []) as FailureBody[]
  const more = codes.filter((code) => !examples.some(({ error }) => error === code))
  return {
    description: [declared?.description ?? '', ...more.map(describe)].filter(Boolean).join('\n'),
    content: { 'application/json': { schema: { ...schema, examples: [...examples, ...more.map(exampleOf)] } } },
  }
}

const schemaOf = (response: Response | undefined) => response?.content?.['application/json']?.schema

/** An answer without a body has no content; every answer says what it is; refusals show an example for each code. */
function tidy(operationId: string, status: string, { description = '', content }: Response): Json {
  const said = description.startsWith('Response for status') ? (MEANING[status] ?? '') : description
  const [media] = Object.values(content ?? {})
  if (!content || typeof media !== 'object') return { description: said }
  const schema = schemaOf({ content })
  if (schema && schema.title === FailureBody.title) {
    const examples = (schema.examples ?? []) as FailureBody[]
    const named = examples.map((value) => [value.error, { summary: value.message, value }])
    return { description: said, content: { 'application/json': { schema, examples: Object.fromEntries(named) } } }
  }
  const type = MEDIA[operationId]
  return { description: said, content: type ? { [type]: media } : content }
}
