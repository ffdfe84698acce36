/** Writes what is made from the declarations of the strategy API and of its tests: `make types`. */
import { writeFileSync } from 'node:fs'
import { made } from './made'

for (const [path, text] of made()) writeFileSync(path, text)
