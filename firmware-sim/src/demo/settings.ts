import { resolve } from 'node:path'

export interface DemoSettings {
  /** Folder of the workspace: where the servers' sources are. */
  readonly root: string
  readonly data: string
  readonly ports: {
    readonly http: number
    readonly uplink: number
    readonly mqtt: number
    readonly gatewayHttp: number
    /** The first camera; the others follow. */
    readonly camera: number
    readonly vite: number
  }
  /** Given by the user; otherwise random. */
  readonly password: string | undefined
  readonly isDev: boolean
  /** Passed on to the servers. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Everything stays on loopback, so nothing of a production environment may leak into the demo. */
const notForDemo = ['GATEHOUSE_TLS_CERT', 'GATEHOUSE_TLS_KEY', 'GATEHOUSE_UPLINK_BROKER', 'GATEHOUSE_DESIRED'] as const

function port(env: DemoSettings['env'], name: string, fallback: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value
  throw new Error(`${name} must be a port from 1 to 65535, not "${text}"`)
}

function password({ GATEHOUSE_DEMO_PASSWORD: text }: DemoSettings['env']): string | undefined {
  if (text === undefined || text === '') return undefined
  if (text.length >= 10 && text.length <= 200) return text
  throw new Error('GATEHOUSE_DEMO_PASSWORD must have 10 to 200 characters')
}

/** Reads the demo's environment; throws an Error that names the variable. */
export function readSettings(root: string, args: readonly string[], env: DemoSettings['env']): DemoSettings {
  const unknown = args.filter((arg) => arg !== '--dev')
  if (unknown.length > 0) throw new Error(`The demo knows only --dev, not ${unknown.join(' ')}`)
  return {
    root,
    data: resolve(root, env['GATEHOUSE_DATA'] ?? 'data'),
    ports: {
      http: port(env, 'GATEHOUSE_HTTP_PORT', 8080),
      uplink: port(env, 'GATEHOUSE_UPLINK_PORT', 1884),
      mqtt: port(env, 'GATEHOUSE_MQTT_PORT', 1883),
      gatewayHttp: port(env, 'GATEHOUSE_GATEWAY_HTTP_PORT', 8090),
      camera: port(env, 'GATEHOUSE_DEMO_CAMERA_PORT', 8200),
      vite: 5173,
    },
    password: password(env),
    isDev: args.includes('--dev'),
    env: { ...env, ...Object.fromEntries(notForDemo.map((name) => [name, undefined])) },
  }
}
