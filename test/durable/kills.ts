/** SIGKILL for a gateway and its sandbox hosts, at moments that a seed chooses, and the gateway started again at once. */
import { launchGateway, type TestGateway } from '../gateway'
import { choose } from './random'

/**
 * What is killed: a sandbox host; one, and the next that has hardly come up; the gateway, whose hosts end by themselves;
 * all at once; all, and the next gateway in the midst of its start.
 */
const KILLS = ['host', 'host twice', 'gateway', 'everything', 'everything twice'] as const
export type Kill = (typeof KILLS)[number]

/** A host that has just been started does something for so long before the next kill, at most, ms. */
const HOST_START_MS = 60

export class Killer {
  /** What the last start of a gateway took, ms. */
  private startMs = 500

  constructor(private readonly random: () => number) {}

  /** @returns the gateway that runs from now on: another one, unless hosts alone were killed. */
  async kill(gateway: TestGateway): Promise<{ readonly gateway: TestGateway; readonly kill: Kill }> {
    const kill = choose(this.random, KILLS)
    switch (kill) {
      case 'host':
        this.killHost(gateway)
        return { gateway, kill }
      case 'host twice':
        this.killHost(gateway)
        await Bun.sleep(this.random() * HOST_START_MS)
        this.killHost(gateway)
        return { gateway, kill }
      case 'gateway':
        gateway.child.kill('SIGKILL')
        await gateway.child.exited
        break
      case 'everything':
        await killAll(gateway)
        break
      case 'everything twice': {
        await killAll(gateway)
        const next = launchGateway({ folder: gateway.folder })
        await Bun.sleep(this.random() * this.startMs)
        await killAll(next)
      }
    }
    const begunMs = performance.now()
    const next = launchGateway({ folder: gateway.folder })
    await next.ready
    this.startMs = performance.now() - begunMs
    return { gateway: next, kill }
  }

  /** One of those that there are; at the moment there may be none. */
  private killHost(gateway: TestGateway): void {
    const pids = childrenOf(gateway.child.pid)
    if (pids.length > 0) end(choose(this.random, pids))
  }
}

/** Stopped at first, so that it can neither start another host nor tell one that it ends. */
async function killAll(gateway: TestGateway): Promise<void> {
  gateway.child.kill('SIGSTOP')
  for (const pid of childrenOf(gateway.child.pid)) end(pid)
  gateway.child.kill('SIGKILL')
  await gateway.child.exited
}

/** Processes that a gateway has started. */
export function childrenOf(pid: number): number[] {
  const { stdout } = Bun.spawnSync(['pgrep', '-P', String(pid)])
  return stdout.toString().split('\n').filter(Boolean).map(Number)
}

/** It may have ended meanwhile. */
function end(pid: number): void {
  Bun.spawnSync(['kill', '-KILL', String(pid)], { stderr: 'ignore' })
}
