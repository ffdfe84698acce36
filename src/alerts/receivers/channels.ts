/** The ways to a receiver: each sends one message, and throws when it did not arrive. */
import { createHmac } from 'node:crypto'
import type { Receiver } from '../../schema/alert-settings'
import { type Message, messageJson, messageText } from '../message'
import { runCommand } from './command'
import { call } from './http'

/** @throws Undelivered */
export type Send = (message: Message, signal: AbortSignal) => Promise<void>

const JSON_HEADERS = { 'content-type': 'application/json' }

/** A text of Telegram's is no longer, in UTF-16 units. */
const TELEGRAM_LONGEST = 4096

export function sendBy({ channel, timeoutMs }: Receiver): Send {
  switch (channel.kind) {
    case 'webhook':
      return (message, signal) => {
        const body = messageJson(message)
        const headers = { ...JSON_HEADERS, 'meltica-signature': signature(channel.secret, message.atMs, body) }
        return call({ url: channel.url, method: 'POST', headers, body, timeoutMs }, signal)
      }
    case 'telegram':
      return (message, signal) => {
        const text = messageText(message).slice(0, TELEGRAM_LONGEST)
        const body = JSON.stringify({ chat_id: channel.chat, text, link_preview_options: { is_disabled: true } })
        const url = `${channel.api.replace(/\/+$/, '')}/bot${channel.token}/sendMessage`
        return call({ url, method: 'POST', headers: JSON_HEADERS, body, timeoutMs }, signal)
      }
    case 'slack':
      return (message, signal) => {
        const body = JSON.stringify({ text: escaped(messageText(message)) })
        return call({ url: channel.url, method: 'POST', headers: JSON_HEADERS, body, timeoutMs }, signal)
      }
    case 'command':
      return (message, signal) => runCommand(channel, message, timeoutMs, signal)
  }
}

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 over the seconds, a dot and the body, so that nobody can send an old one again. */
function signature(secret: string, atMs: number, body: string): string {
  const seconds = Math.floor(atMs / 1000)
  const hex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${hex}`
}

/** What has a meaning in Slack's texts. */
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
