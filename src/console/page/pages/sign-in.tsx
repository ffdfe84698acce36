/** Asks for a token. */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { giveToken } from '../api/session'

export function SignIn({ refusal }: { readonly refusal: string }): JSX.Element {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const submit = (event: Event) => {
    event.preventDefault()
    const token = field.current?.value.trim()
    if (token) giveToken(token)
  }
  return (
    <main class="alone">
      <form class="panel sign-in" onSubmit={submit}>
        <h1>Meltica</h1>
        {refusal && (
          <div class="notice loss" role="alert">
            {refusal}
          </div>
        )}
        <label class="field">
          Token
          <input ref={field} type="password" autocomplete="off" spellcheck={false} required />
        </label>
        <button type="submit" class="chief">
          Sign in
        </button>
        <p class="faint">
          <span class="mono">meltica token create</span> makes one. It is kept until this tab is closed.
        </p>
      </form>
    </main>
  )
}
