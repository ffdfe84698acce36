/** How a sweep ends, to a shell. */
export const EXIT = { interrupted: 130 } as const
