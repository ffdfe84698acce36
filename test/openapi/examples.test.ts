/** The examples of the API document are real: what they show is what a gateway answers. */
import { expect, test } from 'bun:test'
import { ContextBackup, ContextRestored } from '../../src/schema/backup'
import { UploadBody, Uploaded } from '../../src/schema/uploads'
import { startGateway, strategySource } from '../gateway'

test('the example of an upload is answered as its example says', async () => {
  await using gateway = await startGateway()
  const { status, body } = await gateway.post('/strategies/modules', UploadBody.examples[0])
  expect(status).toBe(201)
  expect({ ...body, strategyDirectory: '/srv/strategies' }).toEqual(Uploaded.examples[0])
})

test('the example of a backup is restored as its example says, and taken again', async () => {
  await using gateway = await startGateway()
  await gateway.upload(strategySource({ name: 'momentum' }))
  const [backup] = ContextBackup.examples
  const { body } = await gateway.post('/context/backup', backup)
  expect(body).toEqual(ContextRestored.examples[0])
  expect({ ...(await gateway.get('/context/backup')).body, takenAt: backup.takenAt }).toEqual(backup)
})
