/** Whether the gateway can listen where it is to, or does. */
import { createConnection, createServer } from 'node:net'
import { type Address, formatAddress } from '../../config/address'
import { errnoOf, reasonOf } from '../../files/reason'
import { isAlive, localAddress } from '../health-call'
import { type Finding, findingsOf } from './finding'
import type { RunningGateway } from './running-gateway'

const PATIENCE_MS = 400

const { ok, fail } = findingsOf('port')

export async function checkPort(
  address: Address,
  isEncrypted: boolean,
  running: RunningGateway | undefined,
): Promise<Finding> {
  const where = formatAddress(address)
  if (address.port === 0) return ok('any free one is taken at the start')
  if (!(await isTaken(localAddress(address)))) return free(address, where, running)
  if (!(await isAlive(address, isEncrypted, PATIENCE_MS))) {
    return fail(`another program listens on ${where}`, 'stop it, or choose another port with --listen')
  }
  if (running) return ok(`the gateway that runs, process ${running.pid}, answers on ${where}`)
  const advice = 'stop it, or choose another port with --listen'
  return fail(`a gateway with another strategy home answers on ${where}`, advice)
}

async function free(address: Address, where: string, running: RunningGateway | undefined): Promise<Finding> {
  const error = await refusalToListen(address)
  if (error) {
    const advice =
      errnoOf(error) === 'EACCES'
        ? 'use a port of 1024 or more, or give the service the capability CAP_NET_BIND_SERVICE'
        : 'choose another address with --listen'
    return fail(`cannot listen on ${where}: ${reasonOf(error)}`, advice)
  }
  if (!running) return ok(`${where} is free`)
  const message = `${where} is free, though process ${running.pid} runs a gateway on this strategy home`
  return fail(message, 'give doctor the configuration and flags of that gateway, or look at its log')
}

/** Connecting is no harm to whoever listens; listening beside him might be. */
function isTaken({ host, port }: Address): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createConnection({ host, port, timeout: PATIENCE_MS })
  const end = (taken: boolean) => () => {
    socket.destroy()
    resolve(taken)
  }
  socket.once('connect', end(true)).once('timeout', end(false)).once('error', end(false))
  return promise
}

function refusalToListen({ host, port }: Address): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>()
  const server = createServer()
  server.once('error', resolve)
  server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  return promise
}
