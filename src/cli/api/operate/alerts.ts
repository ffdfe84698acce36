/** `meltica alerts`: what is wrong, who was told of it and who is still to be. */
import type { Command } from 'commander'
import { type AlertItem, AlertPage } from '../../../schema/alert-page'
import { type AnswerFlags, type ApiContext, answer, listCommand } from '../command'
import { type Cell, lines } from '../output'
import { ageText } from './fleet-table'

const DETAILS = `
Alerts come from the rules in the configuration of the gateway. STATUS is firing, pending (it does not hold for as long as
its rule asks for) or resolved (it is over, and somebody has still to be told). TOLD lists the receivers that know how it
stands, WAITING those that do not. --receivers lists the receivers instead, with what keeps them from being told.
--format json prints what GET /alerts answers.`

const TITLES = ['RULE', 'SEVERITY', 'STATUS', 'SINCE', 'TOLD', 'WAITING', 'SUMMARY']
const OF_RECEIVERS = ['RECEIVER', 'CHANNEL', 'WAITING', 'QUIET', 'RETRY', 'PROBLEM']

interface Flags extends AnswerFlags {
  readonly receivers?: true
}

export const alertsCommand = (context: ApiContext): Command =>
  listCommand('alerts', `list what is wrong, and who knows of it${DETAILS}`, 'alerts', 'alerts --receivers')
    .option('--receivers', 'list who is told, and whether they can be')
    .action(async (flags: Flags) => {
      const page = await context.api().call(AlertPage, 'GET', '/alerts')
      const nowMs = Date.now()
      answer(context, flags, {
        quiet: () => (flags.receivers ? page.receivers.map(({ name }) => name) : page.alerts.map(({ id }) => id)),
        json: page,
        table: () => (flags.receivers ? receiverSheet(context, page) : alertSheet(context, page, nowMs)),
      })
      if (page.receivers.length === 0 && flags.format === 'table' && !flags.quiet) {
        context.complain(lines(['the configuration of the gateway has no receivers: nobody is told of anything']))
      }
      const { last, reason } = page.deadman ?? {}
      if (last !== undefined && last !== 'sent' && flags.format === 'table' && !flags.quiet) {
        context.complain(lines([`warning: the last dead-man's ping was ${last}: ${reason ?? 'see the log'}`]))
      }
    })

const alertSheet = ({ colours }: ApiContext, { alerts }: typeof AlertPage.static, nowMs: number) => ({
  titles: TITLES,
  rows: alerts.map((alert): Cell[] => [
    alert.rule,
    { text: alert.severity, colour: alert.severity === 'critical' ? colours.red : colours.yellow },
    { text: alert.status, colour: alert.status === 'firing' ? colours.red : colours.dim },
    { text: ageText(nowMs - Date.parse(alert.since)), whole: alert.since },
    informed(alert).join(', '),
    alert.waiting.join(', '),
    alert.summary,
  ]),
})

/** Who knows how it stands. */
const informed = ({ told, waiting }: AlertItem): string[] =>
  told.map(({ receiver }) => receiver).filter((receiver) => !waiting.includes(receiver))

const receiverSheet = ({ colours }: ApiContext, { receivers }: typeof AlertPage.static) => ({
  titles: OF_RECEIVERS,
  rows: receivers.map(({ name, channel, waiting, quiet, nextAttempt = '', problem = '' }): Cell[] => [
    name,
    channel,
    String(waiting),
    quiet ? 'yes' : 'no',
    nextAttempt,
    { text: problem, colour: colours.red },
  ]),
})
