/** Names of files of market data. */

/** Without the endings that say how a file is written and packed: `BTCUSDT-1h.csv.gz` → `BTCUSDT-1h`. */
export const stemOf = (name: string) =>
  name.replace(/\.(csv|txt|json|data|jsonl|feather|arrow|ipc|parquet|pq|zip|gz)\b.*$/i, '')
