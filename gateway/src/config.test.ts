import { expect, test } from 'vitest'
import { loadConfig } from './config.ts'

const minimal = { GATEHOUSE_GATEWAY_ID: 'garden' }

test('strings become numbers, gaps get defaults and foreign variables are left alone', () => {
  expect(loadConfig({ ...minimal, GATEHOUSE_MQTT_PORT: '0', HOME: '/home/gate' })).toMatchObject({
    GATEHOUSE_GATEWAY_ID: 'garden',
    GATEHOUSE_MQTT_PORT: 0,
    GATEHOUSE_MQTT_HOST: '127.0.0.1',
    GATEHOUSE_SILENT_AFTER_S: 90,
    INFLUX_FLAVOUR: 'v1',
  })
})

test('an empty variable counts as not set', () => {
  expect(loadConfig({ ...minimal, GATEHOUSE_UPLINK_URL: '' })).not.toHaveProperty('GATEHOUSE_UPLINK_URL')
})

test('every problem is named at once', () => {
  const load = () => loadConfig({ GATEHOUSE_MQTT_PORT: 'x', GATEHOUSE_TLS_CERT: 'cert.pem' })
  expect(load).toThrow(/GATEHOUSE_GATEWAY_ID/)
  expect(load).toThrow(/GATEHOUSE_MQTT_PORT/)
  expect(load).toThrow(/GATEHOUSE_TLS_KEY belong together/)
})

const secret = { GATEHOUSE_GATEWAY_SECRET: 'secret' }
test.each([
  [{ GATEHOUSE_MQTT_HOST: '0.0.0.0' }, /not loopback/],
  [{ GATEHOUSE_UPLINK_URL: 'mqtt://127.0.0.1:1884' }, /GATEHOUSE_GATEWAY_SECRET/],
  [{ ...secret, GATEHOUSE_UPLINK_URL: 'mqtt://centre.example:1884' }, /GATEHOUSE_UPLINK_URL leaves this host/],
  [{ ...secret, GATEHOUSE_PLATFORM_URL: 'http://centre.example' }, /GATEHOUSE_PLATFORM_URL leaves this host/],
])('%o is refused', (env, message) => {
  expect(() => loadConfig({ ...minimal, ...env })).toThrow(message)
})

test.each([
  { GATEHOUSE_UPLINK_URL: 'mqtts://centre.example:8884' },
  { GATEHOUSE_UPLINK_URL: 'mqtt://127.0.0.1:1884' },
  { GATEHOUSE_PLATFORM_URL: 'http://[::1]:8080' },
])('%o is accepted', (env) => {
  expect(loadConfig({ ...minimal, ...secret, ...env })).toMatchObject(env)
})

const enrolled = {
  gatewayId: 'garden',
  platformUrl: 'https://centre.example',
  uplinkUrl: 'mqtts://centre.example:8884',
}

test('a gateway that is enrolled needs to be told nothing', () => {
  expect(loadConfig({ GATEHOUSE_MQTT_HOST: '0.0.0.0' }, enrolled)).toMatchObject({
    GATEHOUSE_GATEWAY_ID: 'garden',
    GATEHOUSE_PLATFORM_URL: 'https://centre.example',
    GATEHOUSE_UPLINK_URL: 'mqtts://centre.example:8884',
  })
})

test('a platform that has moved is named in the environment', () => {
  const moved = { GATEHOUSE_UPLINK_URL: 'mqtts://elsewhere.example:8884' }
  expect(loadConfig(moved, enrolled)).toMatchObject(moved)
})

test.each([
  [{ GATEHOUSE_GATEWAY_ID: 'lake' }, /enrolled here, which is garden/],
  [{ GATEHOUSE_UPLINK_URL: 'mqtt://127.0.0.1:1884' }, /has no TLS/],
])('%o contradicts the identity', (env, message) => {
  expect(() => loadConfig(env, enrolled)).toThrow(message)
})
