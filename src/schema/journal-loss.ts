/** What becomes of instances of which a crash would take something away, since it cannot be written down. */
export const ON_JOURNAL_LOSS = ['stop', 'go-on'] as const
export type OnJournalLoss = (typeof ON_JOURNAL_LOSS)[number]
