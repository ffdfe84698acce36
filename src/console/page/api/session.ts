/** Who sits before the page: their token, which the browser forgets with the tab, and what it lets them do. */
import { holdsNeed } from '../../../http/roles'
import type { Caller } from '../../../schema/caller'
import { Store } from '../store'

const KEY = 'meltica-token'

interface Session {
  readonly token: string | undefined
  /** Absent until the gateway has said so. */
  readonly caller?: Caller
  /** Why the gateway asks for a token, or for another one. */
  readonly refusal?: string
}

export const session = new Store<Session>({ token: undefined })

/** Takes up the token that the tab has kept. */
export function recallToken(): void {
  session.value = { token: sessionStorage.getItem(KEY) ?? undefined }
}

export function giveToken(token: string): void {
  sessionStorage.setItem(KEY, token)
  session.value = { token }
}

/** @param refusal what is said to whoever sits there. */
export function dropToken(refusal: string): void {
  sessionStorage.removeItem(KEY)
  session.value = { token: undefined, refusal }
}

export function know(caller: Caller): void {
  session.value = { token: session.value.token, caller }
}

/** Whether whoever sits there may make a call; false for one that this gateway does not have. @param operationId of the call. */
export function may(operationId: string): boolean {
  const role = session.value.caller?.role
  return role !== undefined && holdsNeed(role, operationId)
}
