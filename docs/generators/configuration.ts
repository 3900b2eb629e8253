import { GatewayConfig } from '../../gateway/src/config.ts'
import { PlatformConfig } from '../../platform/src/config.ts'
import { describeType, type JsonSchema } from './schema-table.ts'

function table(schema: JsonSchema): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const fallbackOf = (name: string, field: JsonSchema) => {
    if (field.default !== undefined) return `\`${JSON.stringify(field.default).replaceAll('"', '')}\``
    return schema.required?.includes(name) === true ? '**required**' : '–'
  }
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, field]) =>
      `| \`${name}\` | ${fallbackOf(name, field)} | ${cell(describeType(field))} | ${cell(field.description ?? '')} |`,
  )
  return ['| variable | default | value | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}

export async function configurationPage(): Promise<string> {
  return [
    '# Configuration',
    '',
    'Generated from `platform/src/config.ts` and `gateway/src/config.ts` (`npm run docs`). Everything is configured by environment variables; a bad configuration stops the start and names every problem.',
    '',
    '`npm start` and `npm run dev` also read `GATEHOUSE_DEMO_PASSWORD`: the password of the demo accounts (random if unset).',
    '',
    '## Platform (`npm run platform`)',
    '',
    table(PlatformConfig),
    '## Gateway (`npm run gateway`)',
    '',
    table(GatewayConfig),
  ].join('\n')
}
