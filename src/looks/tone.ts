/** What a colour means, by its name in look.css. */
export type Tone = 'gain' | 'loss' | 'warn' | 'accent' | 'faint' | 'plain'
