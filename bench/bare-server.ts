/** A bare `Bun.serve` that answers every call with the bytes of a file: the baseline of HTTP. Arguments: the file, its media type. */
const [path = '', type = ''] = process.argv.slice(2)
const body = await Bun.file(path).text()
const init = { headers: { 'content-type': type } }
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(body, init) })
process.stdout.write(`${server.url.origin}\n`)

export {}
