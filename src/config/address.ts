/** Where the gateway listens: `host:port`. */
import { isIP } from 'node:net'
import { Failure } from '../errors/failure'

export interface Address {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/** `host:port`, `[::1]:port`, `:port` (every interface). */
const SHAPE = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[A-Za-z0-9.-]*)):(?<port>\d{1,5})$/i

/** @param source where it was given, for the message. @throws Failure invalid_settings */
export function parseAddress(text: string, source: string): Address {
  const address = addressOf(text)
  if (address) return address
  throw new Failure('invalid_settings', `${source}: ${notAnAddress(text)}`)
}

export const isAddress = (text: string): boolean => addressOf(text) !== undefined

export const notAnAddress = (text: string): string => `"${text}" is not host:port, as 127.0.0.1:8880`

function addressOf(text: string): Address | undefined {
  const { v6, name, port } = SHAPE.exec(text)?.groups ?? {}
  if (port === undefined || Number(port) > 65535 || (v6 !== undefined && isIP(v6) !== 6)) return undefined
  return { host: v6 ?? (name || '0.0.0.0'), port: Number(port) }
}

export function formatAddress({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** Whether only programs of this machine reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
