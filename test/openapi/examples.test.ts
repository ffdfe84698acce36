/** The examples of the API document are real: what they show is what a gateway answers. */
import { expect, test } from 'bun:test'
import { UploadBody, Uploaded } from '../../src/schema/catalogue'
import { startGateway } from '../gateway'

test('the example of an upload is answered as its example says', async () => {
  await using gateway = await startGateway()
  const { status, body } = await gateway.post('/strategies/modules', UploadBody.examples[0])
  expect(status).toBe(201)
  expect({ ...body, strategyDirectory: '/srv/strategies' }).toEqual(Uploaded.examples[0])
})
