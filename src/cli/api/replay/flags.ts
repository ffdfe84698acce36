/** Flags of `meltica replay` for a part of the time. */
import { Option } from 'commander'
import { timeAgo } from '../operate/flags'

export const spanOptions = () => [
  new Option('--from <time>', 'orders from then on: 10m or 2d ago, or a time as 2026-01-31T12:00:00Z').argParser(
    timeAgo,
  ),
  new Option('--to <time>', 'orders up to then').argParser(timeAgo),
]
