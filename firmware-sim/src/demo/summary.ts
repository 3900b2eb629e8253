import { join } from 'node:path'
import type { Demo } from './demo.ts'
import { demoUsernames } from './provision.ts'

const bold = (text: string, isTerminal: boolean) => (isTerminal ? `\u001b[1m${text}\u001b[22m` : text)

/** What somebody needs who has just typed `npm start`. */
export function summary({ url, password, compoundName }: Demo, data: string, isTerminal: boolean): string {
  const rows = [
    ['Console', bold(url, isTerminal)],
    ['Accounts', demoUsernames.join('  ')],
    ['Password', `${bold(password, isTerminal)}  (the same for all of them)`],
    ['Data', `${data}  (logs in ${join(data, 'logs')})`],
  ] as const
  return [
    '',
    `  ${bold('Gatehouse 门岗', isTerminal)} is running: ${compoundName}, with simulated cars, people and cameras.`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`),
    '',
    '  Within a minute a guest parks and pays by phone, a car on the blacklist is refused at the gate,',
    '  and a stranger stands at building 3.',
    '  Ctrl-C stops everything; the next start goes on from here.',
    '',
    '',
  ].join('\n')
}
