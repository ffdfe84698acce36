/** The unit of systemd: what systemd itself says of it. */
import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lacks } from '../tools'

const UNIT = join(import.meta.dir, '../../deploy/meltica.service')
const text = readFileSync(UNIT, 'utf8')

/** The values of a key, in order. */
const valuesOf = (key: string): string[] =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)

test('the unit waits until the gateway serves, asks it for signs of life, and leaves it the time it needs', () => {
  const one = (key: string) => valuesOf(key)
  expect([one('Type'), one('NotifyAccess'), one('ExecReload')]).toEqual([
    ['notify'],
    ['main'],
    ['/bin/kill -HUP $MAINPID'],
  ])
  expect(Number(one('WatchdogSec'))).toBeGreaterThan(0)
  // it has ended within 5 seconds by itself
  expect(Number(one('TimeoutStopSec'))).toBeGreaterThan(5)
  // wrong usage does not become right by itself
  expect(one('RestartPreventExitStatus')).toEqual(['2'])
  // strategies are compiled to machine code
  expect(one('MemoryDenyWriteExecute')).toEqual([])
  // sandbox hosts may raise a wall of their own
  expect(one('SystemCallFilter').join(' ').split(' ')).toEqual(
    expect.arrayContaining(['seccomp', 'landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self']),
  )
})

test.skipIf(lacks('systemd'))('systemd understands every line of the unit, and finds little that it lays open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-unit-'))
  try {
    const unit = join(folder, 'meltica.service')
    writeFileSync(unit, text.replaceAll('/usr/local/bin/meltica', '/bin/true'))
    const verified = Bun.spawnSync(['systemd-analyze', 'verify', '--man=no', unit])
    expect([verified.exitCode, verified.stderr.toString()]).toEqual([0, ''])
    const { stdout } = Bun.spawnSync(['systemd-analyze', 'security', '--offline=true', unit])
    const [, exposure] = /Overall exposure level for meltica.service: ([\d.]+)/.exec(stdout.toString()) ?? []
    // ten is the worst; the network is what a gateway is for
    expect(Number(exposure)).toBeLessThanOrEqual(1.5)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
