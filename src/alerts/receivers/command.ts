/** A program that is given a message as a mail (RFC 5322) on its standard input, as sendmail and msmtp take it. */
import { spawn } from 'node:child_process'
import { reasonOf } from '../../files/reason'
import type { CommandChannel } from '../../schema/alert-settings'
import { plainText } from '../../schema/plain-text'
import { type Message, messageText, messageTitle } from '../message'
import { Undelivered } from './undelivered'

/** Characters of what it says of a failure. */
const SAID = 300

export async function runCommand(
  channel: CommandChannel,
  message: Message,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const [program = '', ...args] = channel.run
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const limit = AbortSignal.timeout(timeoutMs)
  // a group of its own, so that whatever it starts ends with it
  const child = spawn(program, args, { detached: true, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < SAID) said += chunk.toString()
  })
  const end = () => {
    killGroup(child.pid)
    reject(new Undelivered(limit.aborted ? `it does not end within ${timeoutMs / 1000} s` : 'given up'))
  }
  const stop = AbortSignal.any([signal, limit])
  stop.addEventListener('abort', end)
  child.on('error', (error) => reject(new Undelivered(`${program} cannot be run: ${reasonOf(error)}`)))
  child.on('exit', (code, signalName) => {
    if (code === 0) resolve()
    else
      reject(
        new Undelivered(
          `it ends with ${code ?? signalName}${said === '' ? '' : `: ${plainText(said).trim().slice(0, SAID)}`}`,
        ),
      )
  })
  // one that reads nothing says so by its status
  child.stdin.on('error', () => undefined)
  child.stdin.end(mailOf(channel, message))
  try {
    await promise
  } finally {
    stop.removeEventListener('abort', end)
    child.stderr.destroy()
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

function mailOf({ from, to }: CommandChannel, message: Message): string {
  const headers = [
    ...(from === undefined ? [] : [`From: ${from}`]),
    ...(to === undefined ? [] : [`To: ${to}`]),
    `Subject: ${encoded(messageTitle(message))}`,
    `Date: ${new Date(message.atMs).toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    // nobody's absence is to be told to the gateway (RFC 3834)
    'Auto-Submitted: auto-generated',
  ]
  return `${headers.join('\n')}\n\n${messageText(message)}\n`
}

/** RFC 2047, where it is not plain ASCII. */
const encoded = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
