/** A short fuzz of the API by its own document; `make fuzz` is the long one. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { lacks } from '../tools'
import { fuzz } from './fuzz'

// thousands of calls on a loaded machine
setDefaultTimeout(180_000)

test.skipIf(lacks('python'))('no call that the document describes is answered otherwise than it says', async () => {
  const { passed, report } = await fuzz(['--seed', '1', '--max-examples', '2', '--generation-database', 'none'])
  expect(passed, report).toBe(true)
})
