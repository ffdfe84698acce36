/** `meltica health`: 0 where a gateway answers at the address of a configuration, else 1. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../gateway'
import { selfSigned } from '../http/certificates'
import { meltica } from './meltica'

setDefaultTimeout(60_000)

test('a gateway answers without a token, also with a certificate that nobody knows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-health-'))
  try {
    const { certificate, key } = selfSigned()
    writeFileSync(join(folder, 'cert.pem'), certificate)
    writeFileSync(join(folder, 'key.pem'), key)
    expect((await meltica(folder, 'token', 'create', 'one', '--file', 'tokens.yaml')).status).toBe(0)
    const args = ['--tokens', 'tokens.yaml', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem']
    await using gateway = await startGateway({ folder, args })
    const { host } = new URL(gateway.url)
    expect(await meltica(folder, 'health', '--listen', host, ...args)).toEqual({ status: 0, stdout: '', stderr: '' })
    // a proxy leads to other machines
    const env = { HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' }
    expect((await meltica({ cwd: folder, env }, 'health', '--listen', host, ...args)).status).toBe(0)
    // it has itself called where it listens for all
    const everywhere = `0.0.0.0:${host.split(':')[1]}`
    expect((await meltica(folder, 'health', '--listen', everywhere, ...args)).status).toBe(0)
    expect((await meltica(folder, 'health', '--listen', host, '--tokens', 'tokens.yaml')).status).toBe(1)
    const { checks } = JSON.parse(
      (await meltica(folder, 'doctor', '--format', 'json', '--listen', host, ...args)).stdout,
    )
    const port = checks.find(({ check }: { check: string }) => check === 'port')
    expect(port.message).toBe(`the gateway that runs, process ${gateway.child.pid}, answers on ${host}`)
    await gateway.stop()
    expect(await meltica(folder, 'health', '--listen', host, ...args)).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: no gateway answers on ${host}\nhint: start it, or look at its log\n`,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([
  ['answers something else', () => new Response('{"status":"fine"}')],
  ['fails', () => Response.json({ status: 'ok' }, { status: 503 })],
  ['never answers', () => new Promise<Response>(() => undefined)],
])('a program that %s is no gateway', async (_, fetch) => {
  using other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch })
  expect((await meltica(tmpdir(), 'health', '--listen', `127.0.0.1:${other.port}`)).status).toBe(1)
})

test('a configuration that is wrong is told', async () => {
  const { status, stderr } = await meltica(tmpdir(), 'health', '--config', 'gone.yaml')
  expect([status, stderr]).toEqual([1, expect.stringContaining('gone.yaml cannot be read')])
})
