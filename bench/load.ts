/**
 * Calls one URL over some connections for a while and prints how many whole answers came in a second. It sends
 * prepared bytes and counts bytes, so that it is never what is measured. Arguments: the URL, connections, ms.
 */
const [address = '', connections = '8', ms = '700'] = process.argv.slice(2)
const url = new URL(address)
const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`
const WARM_MS = 200

let answers = 0
/** The size of an answer in bytes; all of them have the same. */
let size = 0

class Connection {
  private received = 0
  private head = ''

  take(chunk: Uint8Array): boolean {
    if (size === 0) {
      this.head += Buffer.from(chunk).toString('latin1')
      size = sizeOf(this.head)
    }
    this.received += chunk.length
    if (size === 0 || this.received < size) return false
    this.received -= size
    answers++
    return true
  }
}

/** 0 while the head is not whole. @throws Error when it is no 200. */
function sizeOf(text: string): number {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return 0
  const head = text.slice(0, end)
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(head)
  return end + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1])
}

for (let i = 0; i < Number(connections); i++) {
  await Bun.connect<Connection>({
    hostname: url.hostname,
    port: Number(url.port),
    data: new Connection(),
    socket: {
      open(socket) {
        socket.data = new Connection()
        socket.write(request)
      },
      data(socket, chunk) {
        if (socket.data.take(chunk)) socket.write(request)
      },
    },
  })
}
await Bun.sleep(WARM_MS)
const before = answers
const start = performance.now()
await Bun.sleep(Number(ms))
process.stdout.write(`${((answers - before) * 1000) / (performance.now() - start)}\n`)
process.exit(0)

export {}
