/** What may be said of alerts, and how each mistake is told at its place. */
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '../../src/config/settings'

function load(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-config-'))
  const file = join(folder, 'm.yaml')
  writeFileSync(file, text)
  try {
    return loadSettings({ config: file }, {}).alerts
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The messages without the path of the file. */
function refusal(text: string): string[] {
  try {
    load(text)
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(/^.*m\.yaml:/, ''))
  }
  return []
}

const RECEIVER = '  receivers:\n  - {name: ops, slack: {url: "https://hooks.example.org/x"}}\n'
const rules = (...lines: string[]) => `alerts:\n${RECEIVER}  rules:\n${lines.map((line) => `  - ${line}\n`).join('')}`

test('defaults are filled in, and each receiver is of one kind', () => {
  expect(load(rules('{when: lag}', '{when: drawdown, above: 5, name: deep, of: strategy, strategy: grid}'))).toEqual({
    groupWaitMs: 10_000,
    repeatMs: 14_400_000,
    rules: [
      {
        name: 'lag',
        when: 'lag',
        severity: 'warning',
        forMs: 0,
        endsAfterMs: 60_000,
        limit: '2s',
        withinMs: 0,
        of: 'instance',
        since: 'start',
        filter: {},
        receivers: ['ops'],
      },
      {
        name: 'deep',
        when: 'drawdown',
        severity: 'warning',
        forMs: 0,
        endsAfterMs: 60_000,
        limit: '5',
        withinMs: 0,
        of: 'strategy',
        since: 'start',
        filter: { strategy: 'grid' },
        receivers: ['ops'],
      },
    ],
    receivers: [{ name: 'ops', timeoutMs: 10_000, channel: { kind: 'slack', url: 'https://hooks.example.org/x' } }],
  })
})

test.each([
  ['{when: lag, above: 5}', 'above must be a duration from 10ms to 24h, as 2s'],
  ['{when: lag, above: 25h}', 'above must be a duration from 10ms to 24h, as 2s'],
  ['{when: drawdown}', 'above is missing: must be a number of percent above 0, as 5'],
  ['{when: drawdown, above: 0}', 'above must be a number of percent above 0, as 5'],
  ['{when: dailyLoss, above: -5}', 'above'],
  ['{when: dailyLoss, above: much}', 'above must be an amount above 0 in the currency of the account, as "500"'],
  ['{when: errorRate, above: 1.5}', 'above must be a whole number, as 10'],
  ['{when: errorRate, within: 2d}', 'within'],
  ['{when: errorRate, within: 25h}', 'within must be a duration from 1s to 24h, as 30s'],
  [
    '{when: disk, strategy: grid}',
    'strategy means nothing for disk, which takes name, severity, for, endsAfter, to, below',
  ],
  ['{when: journal, above: 5}', 'above means nothing for journal, which takes name, severity, for, endsAfter, to'],
  ['{when: dailyLoss, above: 5, of: all, strategy: grid}', 'strategy cannot be asked for of all'],
  ['{when: lag, to: [nobody]}', '"nobody" is no receiver'],
  ['{when: nothing}', 'when'],
])('a rule %s is refused', (rule, message) => {
  const told = refusal(rules(rule))
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(/^5:\d+: /)
  expect(told[0]).toContain(message)
})

test('two rules of a kind need names', () => {
  expect(refusal(rules('{when: lag}', '{when: lag, above: 5s}'))[0]).toContain('"lag" is there twice')
  expect(refusal(rules('{when: lag}', '{when: lag, above: 5s, name: far}'))).toEqual([])
})

test.each([
  ['{name: ops}', 'must have one of webhook, telegram, slack, command'],
  ['{name: ops, slack: {url: "https://a"}, telegram: {token: t, chat: 1}}', 'must have one of'],
  ['{name: ops, slack: {url: "file:///etc/secret-path"}}', 'must be an address as https://'],
  ['{name: ops, webhook: {url: "https://a", secret: short}}', 'secret'],
  ['{name: ops, command: {run: []}}', 'run'],
  ['{name: ops, command: {run: [a], to: "a\\nBcc: b"}}', 'to'],
  ['{name: ops, slack: {url: "https://a"}, timeout: 1h}', 'timeout must be a duration from 100ms to 5m'],
  [
    '{name: ops, slack: {url: "https://a"}, quietHours: {from: "22:00", to: "22:00"}}',
    'to must be another time than from',
  ],
  ['{name: ops, slack: {url: "https://a"}, quietHours: {from: "24:00", to: "7:00"}}', 'from'],
  ['{name: ops, slack: {url: "https://a"}, quietHours: {from: "22:00", to: "07:00", timeZone: Mars/Base}}', 'timeZone'],
])('a receiver %s is refused, and no secret repeated', (receiver, message) => {
  const told = refusal(`alerts:\n  receivers:\n  - ${receiver}\n`).join('\n')
  expect(told).toContain(message)
  expect(told).not.toContain('secret-path')
})

test('rules without a receiver, and a ping that cannot be, are refused', () => {
  expect(refusal('alerts: {rules: [{when: journal}]}')[0]).toContain('rules are told to nobody')
  expect(refusal('alerts: {deadman: {url: nowhere}}')[0]).toContain('url must be an address')
  expect(refusal('alerts: {deadman: {url: "https://a", every: 10ms}}')[0]).toContain('every must be a duration')
  expect(load('alerts: {deadman: {url: "https://a"}}')?.deadman).toEqual({
    url: 'https://a',
    everyMs: 60_000,
    method: 'GET',
  })
})
