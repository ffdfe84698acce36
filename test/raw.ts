/** Requests as bytes, for what no client library would send. */
import { connect } from 'node:net'

/**
 * Sends the bytes over one connection, and waits for so many answers or the end of the connection.
 * @returns each answer whole, head and body.
 */
export function sendRaw(url: string, bytes: string, answers = 1): Promise<string[]> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let got = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'))
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1')
      if (answersIn(got).length >= answers) socket.destroy()
    })
    socket.on('close', () => resolve(answersIn(got)))
    socket.on('error', reject)
  })
}

/** Those that are complete. */
function answersIn(bytes: string): string[] {
  const whole: string[] = []
  for (let at = 0; ; ) {
    const head = bytes.indexOf('\r\n\r\n', at)
    if (head < 0) return whole
    const length = Number(/^content-length: (\d+)/im.exec(bytes.slice(at, head))?.[1] ?? 0)
    const end = head + 4 + length
    if (end > bytes.length) return whole
    whole.push(bytes.slice(at, end))
    at = end
  }
}
