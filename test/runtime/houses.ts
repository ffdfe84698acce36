/** Houses for the tests of one file, which share their sandbox hosts: these take half a second to warm up. */
import { afterAll, beforeAll, setDefaultTimeout } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostPool } from '../../src/hosts/pool'
import { type HouseSettings, openHouseOn, startHosts } from './house'

/** To be called at the top of the file. */
export function houses() {
  // On a loaded machine a process takes its time.
  setDefaultTimeout(30_000)
  let hosts: HostPool
  const folder = mkdtempSync(join(tmpdir(), 'houses-'))
  beforeAll(async () => {
    hosts = await startHosts()
  })
  afterAll(async () => {
    await hosts[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    /** @param directory that of an earlier one goes on where it was. */
    openHouse: (directory = mkdtempSync(join(folder, 'house-')), settings?: HouseSettings) =>
      openHouseOn(hosts, directory, settings),
  }
}
