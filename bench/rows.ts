/** Measures one group and prints its rows as JSON, in a process of its own. Arguments: the folder of a checkout, the group. */
import { join } from 'node:path'
import type { Row } from './row'

const [root = '', group = ''] = process.argv.slice(2)
const module: Record<string, () => Promise<Row[]>> = await import(join(root, 'bench', `${group}.ts`))
process.stdout.write(JSON.stringify(await module[`${group}Rows`]?.()))
process.exit(0)
