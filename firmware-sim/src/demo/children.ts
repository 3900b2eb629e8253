import { join } from 'node:path'
import type { ChildPlan } from './child.ts'
import type { DemoSettings } from './settings.ts'

const isLogLine = (message: string) => (line: string) => line.includes(`"msg":"${message}"`)
const readyWithinMs = 60_000

const loopback = (port: number) => `http://127.0.0.1:${port}`

function planOf({ root, data, env }: DemoSettings, name: string) {
  return {
    name,
    logFile: join(data, 'logs', `${name}.log`),
    readyWithinMs,
    inherited: { ...env, GATEHOUSE_DATA: data },
    source: (path: string) => join(root, path),
  }
}

export function platformPlan(settings: DemoSettings, adminPassword: string): ChildPlan {
  const { inherited, source, ...plan } = planOf(settings, 'platform')
  return {
    ...plan,
    args: [source('platform/dist/main.js')],
    env: {
      ...inherited,
      GATEHOUSE_HOST: '127.0.0.1',
      GATEHOUSE_HTTP_PORT: String(settings.ports.http),
      GATEHOUSE_UPLINK_PORT: String(settings.ports.uplink),
      GATEHOUSE_ADMIN_PASSWORD: adminPassword,
      GATEHOUSE_PAYMENT_SANDBOX: 'on',
    },
    isReady: isLogLine('platform listening'),
  }
}

export function gatewayPlan(settings: DemoSettings, gateway: { id: string; secret: string }): ChildPlan {
  const { inherited, source, ...plan } = planOf(settings, 'gateway')
  return {
    ...plan,
    args: ['--max-semi-space-size=4', source('gateway/dist/main.js')],
    env: {
      ...inherited,
      GATEHOUSE_GATEWAY_ID: gateway.id,
      GATEHOUSE_GATEWAY_SECRET: gateway.secret,
      GATEHOUSE_PLATFORM_URL: loopback(settings.ports.http),
      GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${settings.ports.uplink}`,
      GATEHOUSE_MQTT_HOST: '127.0.0.1',
      GATEHOUSE_MQTT_PORT: String(settings.ports.mqtt),
      GATEHOUSE_GATEWAY_HTTP_PORT: String(settings.ports.gatewayHttp),
    },
    isReady: isLogLine('gateway listening'),
  }
}

export function simulatorPlan(settings: DemoSettings, secretsFile: string): ChildPlan {
  const { inherited, source, ...plan } = planOf(settings, 'simulator')
  const { mqtt, gatewayHttp, camera } = settings.ports
  return {
    ...plan,
    args: [
      source('firmware-sim/src/main.ts'),
      'compound',
      ...['--gateway', `mqtt://127.0.0.1:${mqtt}`],
      ...['--gateway-http', loopback(gatewayHttp)],
      ...['--camera-port', String(camera)],
      ...['--secrets', secretsFile],
    ],
    env: inherited,
    isReady: isLogLine('simulator running'),
  }
}

/** The console from its sources, with changes shown at once. */
export function vitePlan(settings: DemoSettings): ChildPlan {
  const { inherited, source, ...plan } = planOf(settings, 'vite')
  return {
    ...plan,
    args: [
      source('node_modules/vite/bin/vite.js'),
      source('console'),
      ...['--host', '127.0.0.1', '--port', String(settings.ports.vite), '--strictPort', '--clearScreen', 'false'],
    ],
    env: { ...inherited, NO_COLOR: '1' },
    isReady: (line) => line.includes('Local:'),
  }
}
