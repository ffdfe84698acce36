/** The certificate and the tokens: whether they can be used, for how long, and who else could read or change them. */
import { statSync } from 'node:fs'
import { readTls, type TlsFiles } from '../../config/tls'
import { readUsableTokens } from '../../config/token-file'
import { Failure } from '../../errors/failure'
import { type Finding, findingsOf } from './finding'

const DAY_MS = 86_400_000
/** Time enough to get another one. */
const WARNED_DAYS = 30
const GROUP_WRITE = 0o020
const OTHERS_READ = 0o004
const OTHERS_WRITE = 0o002

/** @param nowMs since 1970. */
export function checkTls(files: TlsFiles, nowMs: number): Finding[] {
  const { ok, warn, fail } = findingsOf('tls')
  return orRefused('tls', () => {
    const { endsMs, beginsMs, doubts } = readTls(files)
    const days = Math.floor((endsMs - nowMs) / DAY_MS)
    const told = `the certificate ${files.certificate} ends on ${new Date(endsMs).toISOString().slice(0, 10)}`
    const renew = 'get another one; a running gateway reads it when it changes'
    const validity =
      endsMs <= nowMs
        ? fail(`${told}: it has ended`, renew)
        : beginsMs > nowMs
          ? fail(`the certificate ${files.certificate} is not valid yet`, 'look at the clock, or get another one')
          : days < WARNED_DAYS
            ? warn(`${told}, in ${days} days`, renew)
            : ok(`${told}, in ${days} days`)
    return [validity, ...doubts.map((doubt) => warn(doubt, renew)), ...permissions('tls', files.key, 'the key')]
  })
}

export function checkTokens(path: string): Finding[] {
  const { ok } = findingsOf('tokens')
  return orRefused('tokens', () => {
    const count = readUsableTokens(path).length
    return [ok(`${path} has ${count} ${count === 1 ? 'token' : 'tokens'}`), ...permissions('tokens', path, 'the file')]
  })
}

function permissions(check: string, path: string, what: string): Finding[] {
  const { warn, fail } = findingsOf(check)
  const { mode } = statSync(path)
  const advice = `chmod 600 ${path}, or 640 with a group for its readers`
  if (mode & (GROUP_WRITE | OTHERS_WRITE)) return [fail(`others may write ${what} ${path}`, advice)]
  return mode & OTHERS_READ ? [warn(`everybody may read ${what} ${path}`, advice)] : []
}

function orRefused(check: string, work: () => Finding[]): Finding[] {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [findingsOf(check).fail(error.message, error.hint)]
  }
}
