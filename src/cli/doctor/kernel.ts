/** What the kernel keeps the gateway from. Of the wall around sandbox hosts tells wall.ts. */
import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { type Finding, findingsOf } from './finding'
import type { RunningGateway } from './running-gateway'

const { ok, warn } = findingsOf('kernel')

const UNIT = 'run it by deploy/meltica.service, which sets it, or in a container'

/** For the gateway that runs, else for what is started as doctor was. */
export function checkKernel(running: RunningGateway | undefined): Finding[] {
  const status = `/proc/${running?.pid ?? 'self'}/status`
  if (!existsSync(status)) return [ok(`${process.platform} ${release()}: its walls are not known`)]
  const text = readFileSync(status, 'utf8')
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1]
  const who = running ? 'the gateway' : 'what is started from here'
  return [
    field('Seccomp') === '2'
      ? ok(`a filter of system calls (seccomp) is around ${who}`)
      : warn(`no filter of system calls (seccomp) is around ${who}`, UNIT),
    field('NoNewPrivs') === '1'
      ? ok(`${who} can gain no privileges`)
      : warn(`${who} could gain privileges (no_new_privs is off)`, UNIT),
    field('Uid') === '0'
      ? warn(`${who} is root`, 'give it a user of its own: docs/deploy.md')
      : ok(`${who} is not root`),
  ]
}
