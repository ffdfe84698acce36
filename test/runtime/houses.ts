/** Houses for the tests of one file, which share their sandbox hosts: these take half a second to warm up. */
import { afterAll, beforeAll, setDefaultTimeout } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostPool } from '../../src/hosts/pool'
import { openHouseOn, startHosts } from './house'

/** To be called at the top of the file. */
export function houses() {
  // On a loaded machine a process takes its time.
  setDefaultTimeout(30_000)
  let hosts: HostPool
  beforeAll(async () => {
    hosts = await startHosts()
  })
  afterAll(() => hosts[Symbol.asyncDispose]())
  return {
    /** @param directory that of an earlier one goes on where it was. */
    openHouse: (directory = mkdtempSync(join(tmpdir(), 'house-')), staleAfterMs?: number) =>
      openHouseOn(hosts, directory, staleAfterMs),
  }
}
