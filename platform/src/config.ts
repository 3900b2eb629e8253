import { isIPv4 } from 'node:net'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { roles, type Role } from './contract/index.ts'
import { invalidConfiguration } from './errors.ts'

const Port = (fallback: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: fallback, description })
const Text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description }))

/** Everything that can be set, by the name of its environment variable. */
export const PlatformConfig = Type.Object({
  GATEHOUSE_DATA: Type.String({
    minLength: 1,
    default: './data',
    description: 'Folder for everything that is stored; the platform uses `platform` inside it',
  }),
  GATEHOUSE_HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'Address to listen on for HTTP; anything but loopback needs a certificate',
  }),
  GATEHOUSE_HTTP_PORT: Port(8080, 'Console and API; 0 picks a free port'),
  GATEHOUSE_UPLINK_PORT: Port(1884, 'MQTT for gateways on this host (loopback, plain); 0 picks a free port'),
  GATEHOUSE_UPLINK_TLS_PORT: Port(8884, 'MQTT for gateways elsewhere (TLS); 0 picks a free port'),
  GATEHOUSE_UPLINK_TLS_HOST: Text(
    'Address to listen on for gateways elsewhere; default with a certificate is every address, without one it is closed',
  ),
  GATEHOUSE_UPLINK_URL: Type.Optional(
    Type.String({
      pattern: '^mqtts://',
      maxLength: 300,
      description: 'Where gateways are told to connect when they enrol; default is the TLS port of the host they ask',
    }),
  ),
  GATEHOUSE_CERTIFICATE_DAYS: Type.Number({
    minimum: 0.0001,
    maximum: 825,
    default: 90,
    description: 'How long a certificate of a gateway is valid; it is renewed at two thirds of that',
  }),
  GATEHOUSE_UPLINK_BROKER: Type.Optional(
    Type.String({ pattern: '^mqtts?://', description: 'Use this MQTT broker instead of the embedded one' }),
  ),
  GATEHOUSE_GATEWAY_SILENT_S: Type.Integer({
    minimum: 3,
    maximum: 3600,
    default: 35,
    description: 'Seconds of silence after which a gateway counts as offline; gateways speak every 10 s',
  }),
  GATEHOUSE_TLS_CERT: Text('PEM file with the certificate chain'),
  GATEHOUSE_TLS_KEY: Text('PEM file with the private key'),
  DATABASE_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'PostgreSQL; without it SQLite in the data folder' }),
  ),
  INFLUX_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'InfluxDB; without it the embedded telemetry store' }),
  ),
  INFLUX_FLAVOUR: Type.Enum(['v1', 'v2', 'v3'], { default: 'v1', description: 'Major version of InfluxDB' }),
  INFLUX_DB: Type.String({ minLength: 1, default: 'gatehouse', description: 'Database or bucket' }),
  INFLUX_ORG: Text('Organisation (v2)'),
  INFLUX_TOKEN: Text('Token (v2, v3)'),
  INFLUX_USER: Text('User (v1)'),
  INFLUX_PASSWORD: Text('Password (v1)'),
  GATEHOUSE_ADMIN_PASSWORD: Type.Optional(
    Type.String({
      minLength: 10,
      maxLength: 200,
      description: 'Password of `admin`, created while nobody may sign in yet; random and printed once if absent',
    }),
  ),
  GATEHOUSE_REQUIRE_TOTP: Text('Roles whose people need a second factor, with commas between: `admin,supervisor`'),
  GATEHOUSE_PAYMENT_SANDBOX: Type.Enum(['on', 'off'], {
    default: 'off',
    description: 'Whether stays can be paid with a provider that only pretends: for demonstrations and tests',
  }),
  GATEHOUSE_PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+$',
      maxLength: 300,
      description: 'Where the internet reaches this platform; payment providers send their notifications there',
    }),
  ),
  GATEHOUSE_WECHAT_APP_ID: Text(
    'WeChat Pay (APIv3): application id; it is switched on when all of its settings are there',
  ),
  GATEHOUSE_WECHAT_APP_SECRET: Text(
    'WeChat Pay: secret of the application, which tells who pays where WeChat itself has opened the page',
  ),
  GATEHOUSE_WECHAT_MERCHANT_ID: Text('WeChat Pay: merchant number'),
  GATEHOUSE_WECHAT_SERIAL: Text("WeChat Pay: serial number of the merchant's certificate"),
  GATEHOUSE_WECHAT_KEY: Text('WeChat Pay: PEM file with the private key of the merchant'),
  GATEHOUSE_WECHAT_API_KEY: Type.Optional(
    Type.String({ minLength: 32, maxLength: 32, description: 'WeChat Pay: APIv3 key, 32 letters' }),
  ),
  GATEHOUSE_WECHAT_PUBLIC_KEY: Text("WeChat Pay: PEM file with WeChat's public key"),
  GATEHOUSE_WECHAT_PUBLIC_KEY_ID: Text('WeChat Pay: id of that key, `PUB_KEY_ID_…`'),
  GATEHOUSE_WECHAT_URL: Type.String({
    pattern: '^https?://[^/]+$',
    default: 'https://api.mch.weixin.qq.com',
    description: 'WeChat Pay: where its interface is',
  }),
  GATEHOUSE_ALIPAY_APP_ID: Text(
    'Alipay (OpenAPI, RSA2): application id; it is switched on when all of its settings are there',
  ),
  GATEHOUSE_ALIPAY_KEY: Text('Alipay: PEM file with the private key of the application'),
  GATEHOUSE_ALIPAY_PUBLIC_KEY: Text("Alipay: PEM file with Alipay's public key"),
  GATEHOUSE_ALIPAY_URL: Type.String({
    pattern: '^https?://',
    default: 'https://openapi.alipay.com/gateway.do',
    description: 'Alipay: where its interface is',
  }),
  GATEHOUSE_CONSOLE_DIR: Text('Built console; default is `console/dist` beside the package'),
  GATEHOUSE_TIME_ZONE: Type.String({
    default: 'Asia/Shanghai',
    description: 'IANA time zone; decides quiet hours, the days of reports and the ends of permits',
  }),
  GATEHOUSE_LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least urgent message that is logged',
  }),
  GATEHOUSE_REQUESTS_PER_MINUTE: Type.Integer({
    minimum: 10,
    maximum: 1_000_000,
    default: 6000,
    description: 'HTTP requests that one address may make; one person may make half of it from all addresses',
  }),
})
export type PlatformConfig = Static<typeof PlatformConfig>

/** Whether an address can be reached from this host only. Names other than `localhost` may point anywhere. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))

const isTimeZone = (zone: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) instanceof Intl.DateTimeFormat
  } catch {
    return false // RangeError: the zone is not known
  }
}

/** The roles that `GATEHOUSE_REQUIRE_TOTP` names. */
export const rolesRequiringTotp = ({ GATEHOUSE_REQUIRE_TOTP: names = '' }: Partial<PlatformConfig>): string[] =>
  names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

export const isRole = (name: string): name is Role => (roles as readonly string[]).includes(name)

/** Settings that switch a payment provider on together. */
const together: readonly (readonly (keyof PlatformConfig)[])[] = [
  [
    ...(['GATEHOUSE_WECHAT_APP_ID', 'GATEHOUSE_WECHAT_APP_SECRET', 'GATEHOUSE_WECHAT_MERCHANT_ID'] as const),
    'GATEHOUSE_WECHAT_SERIAL',
    ...(['GATEHOUSE_WECHAT_KEY', 'GATEHOUSE_WECHAT_API_KEY', 'GATEHOUSE_WECHAT_PUBLIC_KEY'] as const),
    'GATEHOUSE_WECHAT_PUBLIC_KEY_ID',
  ],
  ['GATEHOUSE_ALIPAY_APP_ID', 'GATEHOUSE_ALIPAY_KEY', 'GATEHOUSE_ALIPAY_PUBLIC_KEY'],
]

function* paymentContradictions(config: PlatformConfig) {
  for (const names of together) {
    const missing = names.filter((name) => config[name] === undefined)
    if (missing.length > 0 && missing.length < names.length) yield `${missing.join(', ')} is missing to be paid with`
    if (missing.length === 0 && config.GATEHOUSE_PUBLIC_URL === undefined)
      yield `${names[0] ?? ''} needs GATEHOUSE_PUBLIC_URL, where notifications come to`
  }
}

function* contradictions(config: PlatformConfig) {
  const hasTls = config.GATEHOUSE_TLS_CERT !== undefined && config.GATEHOUSE_TLS_KEY !== undefined
  if ((config.GATEHOUSE_TLS_CERT === undefined) !== (config.GATEHOUSE_TLS_KEY === undefined))
    yield 'GATEHOUSE_TLS_CERT and GATEHOUSE_TLS_KEY belong together'
  if (!isLoopback(config.GATEHOUSE_HOST) && !hasTls)
    yield 'GATEHOUSE_HOST is not loopback: set GATEHOUSE_TLS_CERT and GATEHOUSE_TLS_KEY'
  const unknownRoles = rolesRequiringTotp(config).filter((name) => !isRole(name))
  if (unknownRoles.length > 0)
    yield `GATEHOUSE_REQUIRE_TOTP knows no role ${unknownRoles.join(', ')}; there are ${roles.join(', ')}`
  yield* paymentContradictions(config)
  if (!isTimeZone(config.GATEHOUSE_TIME_ZONE)) yield 'GATEHOUSE_TIME_ZONE is no IANA time zone'
}

/** Reads the environment; a configuration that is not usable is refused with every problem named. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): PlatformConfig {
  const given = Object.fromEntries(
    Object.keys(PlatformConfig.properties).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  )
  const config = Value.Default(PlatformConfig, Value.Convert(PlatformConfig, given))
  const problems = Value.Errors(PlatformConfig, config).map(
    ({ instancePath, message }) => `${instancePath.slice(1)} ${message}`,
  )
  if (!Value.Check(PlatformConfig, config)) throw invalidConfiguration(problems.join('; '))
  const clashes = [...contradictions(config)]
  if (clashes.length > 0) throw invalidConfiguration(clashes.join('; '))
  return config
}
