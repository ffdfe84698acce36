/** The API document: true to the routes, complete, usable by generators. */
import { describe, expect, test } from 'bun:test'
import { openapiText } from '../../src/cli/openapi'
import { offlineDocument } from '../../src/http/document'

type Json = Record<string, unknown>

const COMMITTED = `${import.meta.dir}/../../openapi/openapi.json`
const document = offlineDocument()
const paths = document.paths as Record<string, Record<string, Json>>
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    method,
    operation,
  })),
)
const schemas = (document.components as { schemas: Record<string, Json> }).schemas

/** Every value inside, with the place it stands at. */
function* walk(value: unknown, at = ''): Iterable<[string, unknown]> {
  yield [at, value]
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) yield* walk(inner, `${at}/${key}`)
}

test('openapi/openapi.json is what the routes say; `make openapi` writes it anew', async () => {
  expect(await Bun.file(COMMITTED).text()).toBe(openapiText())
})

test('all calls of the manual and of the contract are in it', () => {
  expect(operations.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'GET /strategies',
      'GET /strategies/{name}',
      'GET /strategies/modules',
      'POST /strategies/modules',
      'GET /strategies/modules/{name}',
      'GET /strategies/modules/{name}/source',
      'PUT /strategies/modules/{name}',
      'DELETE /strategies/modules/{name}',
      'PUT /strategies/modules/{name}/tags/{tag}',
      'DELETE /strategies/modules/{name}/tags/{tag}',
      'GET /strategies/modules/{name}/usage',
      'POST /strategies/refresh',
      'GET /strategies/registry',
      'GET /strategy/instances',
      'POST /strategy/instances',
      'GET /providers',
      'GET /audit',
      'GET /healthz',
      'GET /readyz',
      'GET /metrics',
    ]),
  )
})

describe('every operation', () => {
  test('has an id of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(operations.length)
  })

  for (const { name, path, operation } of operations) {
    test(`${name} has a summary, a tag, its path’s parameters and a described body for each answer`, () => {
      expect(operation).toMatchObject({ summary: expect.stringMatching(/^[A-Z]/), tags: [expect.any(String)] })
      const parameters = (operation.parameters ?? []) as { in: string; name: string; description: string }[]
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, variable]) => variable!))
      for (const parameter of parameters) expect(parameter.description).toBeString()
      const responses = operation.responses as Record<string, { description: string; content?: Json }>
      for (const [status, response] of Object.entries(responses)) {
        expect(response.description).not.toBe('')
        if (status !== '204' && status !== '304') expect(Object.keys(response.content ?? {})).toHaveLength(1)
      }
    })
  }
})

test('references resolve, and nothing of TypeBox or Elysia is left in it', () => {
  for (const [at, value] of walk(document)) {
    if (at.endsWith('/$ref')) expect(schemas).toHaveProperty([String(value).replace('#/components/schemas/', '')])
    expect(at).not.toMatch(/\/(\$id|patternProperties)$/)
    // a field may be called so
    expect(at).not.toMatch(/(?<!\/properties)\/format$/)
  }
})

test('refusals show an example for each code that the call may answer with', () => {
  const responses = paths['/strategies/modules/{name}/tags/{tag}']!.delete!.responses as Record<
    string,
    { content: Json }
  >
  const media = responses['409']!.content['application/json'] as { examples: Record<string, { value: Json }> }
  expect(Object.keys(media.examples)).toEqual([
    'tag_protected',
    'tag_orphans_revision',
    'rollout_running',
    'tag_moved_meanwhile',
  ])
  expect(media.examples.tag_protected!.value).toMatchObject({ status: 'error', hint: 'PUT the tag with another hash' })
})
