/** Tags that move and go, revisions that are deleted: contract §2 and the manual §5. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { startGateway, strategySource, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

let names = 0
const tagsOf = async (name: string) => (await gateway.get(`/strategies/modules/${name}`)).body.tagAliases

/** A strategy with revisions v1 and v2; latest names v2. */
async function twoRevisions(): Promise<{ name: string; v1: string; v2: string }> {
  const name = `t${++names}`
  const v1 = (await gateway.upload(strategySource({ name, tag: 'v1' }))).hash
  const v2 = (await gateway.upload(strategySource({ name, tag: 'v2' }))).hash
  return { name, v1, v2 }
}

describe('PUT …/tags/{tag}', () => {
  test('makes a new tag, whose previousHash is empty', async () => {
    const { name, v1 } = await twoRevisions()
    const { status, body } = await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v1 })
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'tag_assigned',
      strategy: name,
      tag: 'prod',
      hash: v1,
      previousHash: '',
      refresh: true,
    })
    expect((await tagsOf(name)).prod).toBe(v1)
  })

  test('moves a tag and says what it named; latest too; by a hash without prefix or shortened', async () => {
    const { name, v1, v2 } = await twoRevisions()
    for (const hash of [v1, v1.slice(7), v1.slice(7, 19)]) {
      await gateway.put(`/strategies/modules/${name}/tags/latest`, { hash: v2 })
      const { body } = await gateway.put(`/strategies/modules/${name}/tags/latest`, { hash, refresh: false })
      expect(body).toMatchObject({ tag: 'latest', hash: v1, previousHash: v2, refresh: false })
    }
    expect((await gateway.get(`/strategies/modules/${name}`)).body.hash).toBe(v1)
  })

  const cases: [string, string, unknown, number, string][] = [
    ['an unknown hash', 'prod', { hash: 'f'.repeat(64) }, 404, 'hash_not_found'],
    ['no hash', 'prod', {}, 400, 'invalid_request'],
    ['what is no hash', 'prod', { hash: 'v1' }, 400, 'invalid_request'],
    ['an unknown field', 'prod', { hash: 'f'.repeat(64), force: true }, 400, 'invalid_request'],
    ['what is no tag', '-x', { hash: 'f'.repeat(64) }, 404, 'hash_not_found'],
  ]
  for (const [what, tag, body, status, code] of cases) {
    test(`refuses ${what}`, async () => {
      const { name } = await twoRevisions()
      const answer = await gateway.put(`/strategies/modules/${name}/tags/${tag}`, body)
      expect([answer.status, answer.body.error]).toEqual([status, code])
      expect(answer.body.hint.length).toBeGreaterThan(0)
    })
  }

  for (const tag of ['-x', '.x', 'a%20b', 'a%2Fb', '%C3%A9', 'x'.repeat(129)]) {
    test(`refuses ${tag.slice(0, 12)} as a new tag`, async () => {
      const { name, v1 } = await twoRevisions()
      const { status, body } = await gateway.put(`/strategies/modules/${name}/tags/${tag}`, { hash: v1 })
      expect([status, body.error]).toEqual([400, 'invalid_tag'])
    })
  }

  test('tags are case-sensitive', async () => {
    const { name, v1, v2 } = await twoRevisions()
    await gateway.put(`/strategies/modules/${name}/tags/Prod`, { hash: v1 })
    await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v2 })
    expect(await tagsOf(name)).toMatchObject({ Prod: v1, prod: v2 })
  })
})

describe('DELETE …/tags/{tag}', () => {
  test('removes the alias and keeps the revision callable by its hash', async () => {
    const { name, v1 } = await twoRevisions()
    await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v1 })
    const { status, body } = await gateway.delete(`/strategies/modules/${name}/tags/prod`)
    expect(status).toBe(200)
    expect(body).toEqual({ status: 'tag_deleted', strategy: name, tag: 'prod', hash: v1, allowOrphan: false })
    expect((await gateway.get(`/strategies/modules/${name}@${v1}`)).status).toBe(200)
    expect((await gateway.get(`/strategies/modules/${name}:prod`)).body.error).toBe('tag_not_found')
  })

  test('never removes latest', async () => {
    const { name } = await twoRevisions()
    for (const query of ['', '?allowOrphan=true']) {
      const { status, body } = await gateway.delete(`/strategies/modules/${name}/tags/latest${query}`)
      expect([status, body.error]).toEqual([409, 'tag_protected'])
    }
  })

  test('removes the last selector of a hash only with allowOrphan=true', async () => {
    const { name, v1 } = await twoRevisions()
    const guarded = await gateway.delete(`/strategies/modules/${name}/tags/v1`)
    expect([guarded.status, guarded.body.error]).toEqual([409, 'tag_orphans_revision'])
    expect((await gateway.delete(`/strategies/modules/${name}/tags/v1?allowOrphan=true`)).body.allowOrphan).toBe(true)
    const { body } = await gateway.get(`/strategies/modules/${name}@${v1}`)
    expect(body.tags).toEqual([])
    expect(body.revisions.find((revision: { hash: string }) => revision.hash === v1).retired).toBe(true)
  })

  test('answers 404 for an unknown tag or strategy', async () => {
    const { name } = await twoRevisions()
    expect((await gateway.delete(`/strategies/modules/${name}/tags/nope`)).body.error).toBe('tag_not_found')
    expect((await gateway.delete('/strategies/modules/nope/tags/nope')).body.error).toBe('strategy_not_found')
  })
})

describe('DELETE /strategies/modules/{selector}', () => {
  test('name removes all its revisions', async () => {
    const { name } = await twoRevisions()
    const { status, text } = await gateway.delete(`/strategies/modules/${name}`)
    expect([status, text]).toEqual([204, ''])
    expect((await gateway.get(`/strategies/modules/${name}`)).status).toBe(404)
    expect(existsSync(`${gateway.home}/${name}`)).toBe(false)
  })

  test('name:tag and name@hash remove one, with all its tags', async () => {
    for (const selector of [(name: string) => `${name}:v1`, (name: string, hash: string) => `${name}@${hash}`]) {
      const { name, v1, v2 } = await twoRevisions()
      await gateway.put(`/strategies/modules/${name}/tags/old`, { hash: v1 })
      expect((await gateway.delete(`/strategies/modules/${selector(name, v1)}`)).status).toBe(204)
      expect(await tagsOf(name)).toEqual({ v2, latest: v2 })
    }
  })

  test('is 409 for latest while others exist', async () => {
    const { name, v1, v2 } = await twoRevisions()
    for (const selector of [`${name}:latest`, `${name}:v2`, `${name}@${v2}`]) {
      const { status, body } = await gateway.delete(`/strategies/modules/${selector}`)
      expect([status, body.error, body.hint]).toEqual([409, 'revision_is_latest', 'move latest first'])
    }
    await gateway.put(`/strategies/modules/${name}/tags/latest`, { hash: v1 })
    expect((await gateway.delete(`/strategies/modules/${name}:v2`)).status).toBe(204)
  })

  test('is 404 for what is not there', async () => {
    expect((await gateway.delete('/strategies/modules/nope')).status).toBe(404)
  })
})

describe('history and rollback', () => {
  test('the history lists every move, newest first, with who and why', async () => {
    const { name, v1, v2 } = await twoRevisions()
    const path = `/strategies/modules/${name}/tags/prod`
    await gateway.put(path, { hash: v1 })
    await gateway.put(path, { hash: v2, message: 'go live' })
    const { body } = await gateway.get(`${path}/history?limit=5`)
    expect(body).toMatchObject({ strategy: name, tag: 'prod', total: 2, offset: 0, limit: 5 })
    expect(body.history).toEqual([
      {
        at: expect.any(String),
        actor: '127.0.0.1',
        action: 'moved',
        hash: v2,
        previousHash: v1,
        message: 'go live',
      },
      { at: expect.any(String), actor: '127.0.0.1', action: 'created', hash: v1, previousHash: '' },
    ])
  })

  test('a rollback moves the tag to what it named before, or to a given hash', async () => {
    const { name, v1, v2 } = await twoRevisions()
    const path = `/strategies/modules/${name}/tags/latest`
    const back = await gateway.post(`${path}/rollback`)
    expect(back.body).toEqual({
      status: 'tag_assigned',
      strategy: name,
      tag: 'latest',
      hash: v1,
      previousHash: v2,
      refresh: true,
    })
    expect((await gateway.post(`${path}/rollback`, { to: v2.slice(7, 19), message: 'fixed' })).body.hash).toBe(v2)
    expect((await gateway.get(`${path}/history?limit=1`)).body.history[0].message).toBe('fixed')
  })

  const told = async (path: string) =>
    (await gateway.get(`${path}/history`)).body.history.map(
      ({ action, hash, previousHash }: Record<string, string>) => [action, hash, previousHash],
    )

  test('the history tells that a tag was deleted and created again, and is there when it is gone', async () => {
    const { name, v1, v2 } = await twoRevisions()
    const path = `/strategies/modules/${name}/tags/prod`
    await gateway.put(path, { hash: v1 })
    await gateway.delete(path)
    const life = [
      ['deleted', '', v1],
      ['created', v1, ''],
    ]
    expect(await told(path)).toEqual(life)
    await gateway.put(path, { hash: v2 })
    expect(await told(path)).toEqual([['created', v2, ''], ...life])
    const { status, body } = await gateway.post(`${path}/rollback`)
    expect([status, body.error, body.message]).toEqual([409, 'no_previous_hash', expect.stringContaining('made anew')])
  })

  test('the history tells that a tag went with its revision, however that was deleted', async () => {
    for (const selector of [
      (name: string) => `${name}:old`,
      (name: string, hash: string) => `${name}@${hash}`,
      (name: string) => name,
    ]) {
      const { name, v1 } = await twoRevisions()
      const path = `/strategies/modules/${name}/tags/old`
      await gateway.put(path, { hash: v1 })
      expect((await gateway.delete(`/strategies/modules/${selector(name, v1)}`)).status).toBe(204)
      expect(await told(path)).toEqual([
        ['deleted', '', v1],
        ['created', v1, ''],
      ])
      expect((await gateway.post(`${path}/rollback`)).status).toBe(404)
    }
  })

  test('a rollback goes back from what the tag is expected to name, or not at all', async () => {
    const { name, v1, v2 } = await twoRevisions()
    const path = `/strategies/modules/${name}/tags/latest`
    for (const from of ['f'.repeat(64), v1]) {
      const { status, body } = await gateway.post(`${path}/rollback`, { from })
      expect([status, body.error, body.message]).toEqual([409, 'tag_moved_meanwhile', expect.stringContaining(v2)])
    }
    expect((await gateway.post(`${path}/rollback`, { from: 'v2' })).body.error).toBe('invalid_request')
    expect((await gateway.post(`${path}/rollback`, { from: v2.slice(7, 19) })).body.hash).toBe(v1)
  })

  test('of rollbacks that are asked for at once from the same revision none leads back to it', async () => {
    const { name, v1, v2 } = await twoRevisions()
    const path = `/strategies/modules/${name}/tags/latest`
    const answers = await Promise.all(Array.from({ length: 8 }, () => gateway.post(`${path}/rollback`, { from: v2 })))
    for (const { body } of answers) expect(body.hash ?? body.error).toBeOneOf([v1, 'tag_moved_meanwhile'])
    expect((await tagsOf(name)).latest).toBe(v1)
    expect(await told(path)).toEqual([
      ['moved', v1, v2],
      ['moved', v2, v1],
      ['created', v1, ''],
    ])
  })

  test('of rollbacks that are asked for at once from the same revision to different ones, one is done', async () => {
    const { name, v2 } = await twoRevisions()
    const path = `/strategies/modules/${name}/tags/latest`
    const targets: string[] = []
    for (let n = 0; n < 8; n++) {
      const source = strategySource({ name, tag: `w${n}` })
      targets.push((await gateway.upload(source, { promoteLatest: false })).hash)
    }
    const answers = await Promise.all(targets.map((to) => gateway.post(`${path}/rollback`, { from: v2, to })))
    const done = answers.filter(({ status }) => status === 200)
    const [to] = done.map(({ body }) => body.hash)
    expect(done).toHaveLength(1)
    expect(answers.filter(({ body }) => body.error === 'tag_moved_meanwhile')).toHaveLength(7)
    expect((await tagsOf(name)).latest).toBe(to)
    expect((await told(path))[0]).toEqual(['moved', to, v2])
    expect((await told(path))[1]?.[1]).toBe(v2)
  })

  test('a tag that named nothing else before has no way back', async () => {
    const { name, v1 } = await twoRevisions()
    await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v1 })
    const { status, body } = await gateway.post(`/strategies/modules/${name}/tags/prod/rollback`)
    expect([status, body.error]).toEqual([409, 'no_previous_hash'])
  })

  test('an unknown tag or strategy has neither', async () => {
    const { name } = await twoRevisions()
    for (const [path, code] of [
      [`${name}/tags/nope`, 'tag_not_found'],
      [`${name}/tags/constructor`, 'tag_not_found'],
      ['nope/tags/latest', 'strategy_not_found'],
    ]) {
      expect((await gateway.get(`/strategies/modules/${path}/history`)).body.error).toBe(code!)
      expect((await gateway.post(`/strategies/modules/${path}/rollback`)).body.error).toBe(code!)
    }
  })
})

test('every change is in the audit, newest first, with when, who, what, before and after', async () => {
  const { name, v1, v2 } = await twoRevisions()
  await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v1 })
  await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v2, refresh: false, message: 'go live' })
  await gateway.delete(`/strategies/modules/${name}/tags/prod`)
  const { body } = await gateway.get(`/audit?strategy=${name}&limit=2`)
  expect(body).toMatchObject({ offset: 0, limit: 2 })
  expect(body.items[0]).toMatchObject({ what: 'tag_deleted', who: '127.0.0.1' })
  expect(body.items[1]).toMatchObject({ what: 'tag_moved', message: 'go live' })
  expect(JSON.stringify(body.items[1].before)).toContain(v1)
  expect(JSON.stringify(body.items[1].after)).toContain(v2)
  expect(Date.parse(body.items[0].when)).toBeGreaterThanOrEqual(Date.parse(body.items[1].when))
  expect((await gateway.get(`/audit?strategy=${name}&what=tag_deleted`)).body.total).toBe(1)
  expect((await gateway.get(`/audit?strategy=${name}&since=2999-01-01T00:00:00Z`)).body.total).toBe(0)
  expect((await gateway.get('/audit?since=yesterday')).status).toBe(400)
})

test('every tag that moves or goes is a line of the log, with who, what, from where and to where', async () => {
  const { name, v1, v2 } = await twoRevisions()
  const path = `/strategies/modules/${name}/tags/prod`
  await gateway.put(path, { hash: v1 })
  await gateway.put(path, { hash: v2, message: 'go live' })
  await gateway.delete(path)
  const lines = gateway.stderr.split('\n').filter((line) => line.includes(`"${name}:prod"`))
  const common = { level: 'info', who: '127.0.0.1', subject: `${name}:prod`, strategy: name }
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { ...common, what: 'tag_moved', after: v1 },
    { ...common, what: 'tag_moved', before: v1, after: v2, message: 'go live' },
    { ...common, what: 'tag_deleted', before: v2 },
  ])
})

test('the metrics count aliases that moved and that went, not those that were made', async () => {
  const { name, v1, v2 } = await twoRevisions()
  await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v1 })
  await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v2 })
  await gateway.put(`/strategies/modules/${name}/tags/prod`, { hash: v2 })
  const moved = `strategy_tag_reassigned_total{environment="dev",strategy="${name}",tag="prod"} 1`
  expect((await gateway.get('/metrics')).text).toContain(moved)
  await gateway.delete(`/strategies/modules/${name}/tags/prod`)
  const { text, headers } = await gateway.get('/metrics')
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  // what is counted of a tag's moves ends with it
  expect(text).not.toContain(moved)
  expect(text).toContain(`strategy_tag_reassigned_total{environment="dev",strategy="${name}",tag="latest"} 1`)
  expect(text).toContain(
    `strategy_tag_deleted_total{environment="dev",strategy="${name}",tag="prod",allowOrphan="false"} 1`,
  )
})
