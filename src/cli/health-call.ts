/** Asks a gateway whether it is alive, at the address where its configuration has it listen. */
import { Value } from '@sinclair/typebox/value'
import { type Address, formatAddress } from '../config/address'
import { Health } from '../schema/health'

/** What an address for all interfaces is called by from this machine. */
const LOCAL: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

export const localAddress = ({ host, port }: Address): Address => ({ host: LOCAL[host] ?? host, port })

/** @returns whether it answers as a gateway does. A certificate need not name this machine as it is called here. */
export async function isAlive(address: Address, isEncrypted: boolean, timeoutMs: number): Promise<boolean> {
  const url = `${isEncrypted ? 'https' : 'http'}://${formatAddress(localAddress(address))}/healthz`
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { signal, redirect: 'manual', tls: { rejectUnauthorized: false } })
    return response.ok && Value.Check(Health, await response.json())
  } catch {
    return false
  }
}
