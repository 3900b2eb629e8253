import * as gateway from '../../gateway/src/errors.ts'
import * as platform from '../../platform/src/errors.ts'

interface CodedError {
  readonly code: string
  readonly message: string
  readonly statusCode?: number
}
const isCoded = (value: unknown): value is CodedError => value instanceof Error && 'code' in value

/** Parameter names of a factory, as placeholders: `{deviceId}`. */
function placeholders(factory: (...values: never[]) => unknown): string[] {
  const list = /^(?:function\s*\w*\s*)?\(([^)]*)\)/.exec(factory.toString())?.[1] ?? ''
  return list
    .split(',')
    .map((name) => name.split(/[=:]/)[0]?.trim() ?? '')
    .filter((name) => name !== '')
    .map((name) => `{${name}}`)
}

function rows(module: object): string[] {
  return Object.values(module)
    .filter((value): value is (...values: never[]) => unknown => typeof value === 'function' && !('prototype' in value))
    .map((factory) => factory(...(placeholders(factory) as never[])))
    .filter(isCoded)
    .filter(({ code }) => !code.startsWith('{')) // passes on what a device answered
    .sort((a, b) => a.code.localeCompare(b.code))
    .map(({ code, statusCode, message }) => `| \`${code}\` | ${statusCode ?? ''} | ${message.replaceAll('|', '\\|')} |`)
}

export async function errorsPage(): Promise<string> {
  return [
    '# Errors',
    '',
    'Generated from `platform/src/errors.ts` and `gateway/src/errors.ts` (`npm run docs`). The body of every refused request is `{ "code", "message" }`: the code is stable, the message is for people.',
    '',
    '## Platform',
    '',
    '| code | HTTP | message |',
    '| --- | --- | --- |',
    ...rows(platform),
    '',
    '## Gateway',
    '',
    "In command results and in answers of the gateway's HTTP port.",
    '',
    '| code | HTTP | message |',
    '| --- | --- | --- |',
    ...rows(gateway),
    '',
  ].join('\n')
}
