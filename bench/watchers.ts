/**
 * Whoever watches a gateway: event streams that are read as they come, and one console, which asks for what the page asks
 * for at the times of `src/console/page/live/world.ts`. Prints a line when all of them are there, and one at the end of its
 * input: how many entries came and how often the console has looked. Arguments: the URL, streams.
 */
const [url = '', streams = '20'] = process.argv.slice(2)
const WATCHED = 'order,fill,state,tag,rollout,risk,audit,provider'
const PAGE = 200
const LEAST_PAUSE_MS = 2000
const FILLS_SHOWN_MS = 400
/** A look takes so small a share of the time. */
const SHARE = 50

let entries = 0
let looks = 0
let timer: ReturnType<typeof setTimeout> | undefined
let dueMs = Number.POSITIVE_INFINITY
let restMs = 0
let isLooking = false

const json = async (path: string): Promise<{ readonly total?: number }> => {
  const response = await fetch(url + path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as { readonly total?: number }
}

async function look(): Promise<void> {
  dueMs = Number.POSITIVE_INFINITY
  if (isLooking) return
  isLooking = true
  const start = performance.now()
  for (let offset = 0, total = 1; offset < total; offset += PAGE) {
    total = (await json(`/strategy/instances?limit=${PAGE}&offset=${offset}`)).total ?? 0
  }
  await Promise.all(['/portfolio?by=instance', '/risk/limits', '/providers', '/rollouts?limit=50'].map(json))
  looks++
  isLooking = false
  restMs = performance.now() + SHARE * (performance.now() - start)
  lookAfter(LEAST_PAUSE_MS)
}

function lookAfter(ms: number): void {
  const atMs = Math.max(performance.now() + ms, restMs)
  if (atMs >= dueMs) return
  clearTimeout(timer)
  dueMs = atMs
  timer = setTimeout(() => void look(), atMs - performance.now())
}

/** Reads a stream for ever. @param heard told of what came. */
async function follow(path: string, heard: (text: string) => void): Promise<void> {
  const response = await fetch(url + path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  const decoder = new TextDecoder()
  void (async () => {
    for await (const chunk of response.body!) {
      heard(decoder.decode(chunk, { stream: true }))
    }
  })()
}

const entriesIn = (text: string) => text.split('\ndata: ').length - 1

await Promise.all(
  Array.from({ length: Number(streams) }, () =>
    follow('/events', (text) => {
      entries += entriesIn(text)
    }),
  ),
)
await follow(`/events?types=${WATCHED}`, (text) => {
  if (text.includes('event: fill')) lookAfter(FILLS_SHOWN_MS)
})
await look()
process.stdout.write('watching\n')
await Bun.stdin.text()
process.stdout.write(`${JSON.stringify({ entries, looks })}\n`)
process.exit(0)

export {}
