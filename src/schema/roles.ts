/** What tokens let their holders do. Without other modules: the console has it too. */

/** Each may do what those before it may. read: look; operate: upload, tag, refresh, run; admin: delete, set up providers. */
export const ROLES = ['read', 'operate', 'admin'] as const
export type Role = (typeof ROLES)[number]
