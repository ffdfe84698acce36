/**
 * A bare `Bun.serve` that answers every call with the bytes of a file: the baseline of HTTP.
 * Arguments: the file, the headers as JSON.
 */
const [path = '', headers = '{}'] = process.argv.slice(2)
const body = await Bun.file(path).text()
const init = { headers: new Headers(JSON.parse(headers)) }
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(body, init) })
process.stdout.write(`${server.url.origin}\n`)

export {}
