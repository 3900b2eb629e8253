import mqtt, { type IClientOptions } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { uplinkServerName, uplinkTopics } from '../src/contract/index.ts'
import { openVault } from '../src/core/vault.ts'
import { openDatabase } from '../src/database/database.ts'
import { openCertificateAuthority } from '../src/modules/machines/certificate-authority.ts'
import { createRequest, enrol, serialOf } from './machines-setup.ts'
import { furnish, setup, system } from './setup.ts'
import { createMemoryPlatform, hello, openUplink, signIn, useClient } from './uplink-setup.ts'

const gatewayId = 'gw-garden'
const day = 86_400_000

async function start() {
  // TLS judges dates by the clock of this computer.
  const house = await setup({ startAt: Date.now() })
  const secrets = await furnish(house)
  const { authority, certificates, machineAlerts, registry } = house.services
  const server = await authority.issue({
    ...{ commonName: uplinkServerName, validMs: day, usages: ['server'], dnsNames: [uplinkServerName] },
  })
  const enrolled = { cert: server.pem, key: server.keyPem, ca: authority.caPem() }
  const uplink = await openUplink(createMemoryPlatform(), {
    ...{ registry, identity: certificates, alarms: machineAlerts },
    listen: { port: 0, tls: { host: '127.0.0.1', port: 0, enrolled } },
  })
  const options = (pair: { cert: string; key: string }, name = gatewayId): IClientOptions => ({
    ...{ clientId: `gatehouse-${name}`, username: name, protocolVersion: 4, reconnectPeriod: 0 },
    ...{ ...pair, ca: authority.caPem(), servername: uplinkServerName },
  })
  async function connect(by: IClientOptions) {
    const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${uplink.tlsPort ?? 0}`, by, false)
    onTestFinished(() => void client.end(true))
    return client
  }
  return { house, secrets, uplink, certificates, options, connect, plainUrl: `mqtt://127.0.0.1:${uplink.port}` }
}

const pairOf = ({ certificate, key }: { certificate: string; key: string }) => ({ cert: certificate, key })

test('a certificate is enough to come in, and brings a token for HTTP and the next certificate', async () => {
  const { house, certificates, options, connect } = await start()
  const client = await connect(options(pairOf(await enrol(house, gatewayId))))
  const gateway = useClient(client, gatewayId)
  await client.subscribeAsync(uplinkTopics.down(gatewayId), { qos: 1 })
  await gateway.send(hello())
  const [welcome] = await vi.waitFor(() => {
    expect(gateway.of('welcome')).toHaveLength(1)
    return gateway.of('welcome')
  })
  expect(await certificates.gatewayOf(welcome?.token ?? '')).toBe(gatewayId)

  await gateway.send({ type: 'renew', csr: (await createRequest()).csr })
  await vi.waitFor(() => expect(gateway.of('renewed')).toHaveLength(1))
  const [renewed] = gateway.of('renewed')
  expect(renewed?.ca).toBe(house.services.authority.caPem())
  expect(await certificates.judge(gatewayId, serialOf(renewed?.certificate ?? ''))).toBe('valid')
})

test('a token is replaced long before it ends', async () => {
  const { house, options, connect } = await start()
  const client = await connect(options(pairOf(await enrol(house, gatewayId))))
  const gateway = useClient(client, gatewayId)
  await client.subscribeAsync(uplinkTopics.down(gatewayId), { qos: 1 })
  await gateway.send(hello())
  await vi.waitFor(() => expect(gateway.of('welcome')).toHaveLength(1))
  await gateway.send({ type: 'heartbeat', clock: house.time.now, backlog: 0 })
  vi.useFakeTimers({ now: Date.now() + 31 * 60_000, toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  await gateway.send({ type: 'heartbeat', clock: house.time.now, backlog: 0 })
  await vi.waitFor(() => expect(gateway.of('token')).toHaveLength(1))
})

test('another name than the one in the certificate is refused', async () => {
  const { house, options, connect, uplink } = await start()
  const pair = pairOf(await enrol(house, gatewayId))
  await expect(connect(options(pair, 'gw-lake'))).rejects.toThrow('Not authorized')
  expect(await uplink.refusals('credentials')).toBe(1)
})

test('a certificate of another authority is refused, even with the right secret beside it', async () => {
  const { house, secrets, options, connect } = await start()
  const folder = `${house.folder}/elsewhere`
  const db = await openDatabase({ folder, onIdleError: () => undefined })
  onTestFinished(() => db.destroy())
  const other = await openCertificateAuthority({ db, vault: await openVault(folder), clock: Date })
  const { pem, keyPem } = await other.issue({ commonName: gatewayId, validMs: day, usages: ['client'] })
  const shown = { ...options({ cert: pem, key: keyPem }), password: secrets[gatewayId] ?? '' }
  await expect(connect(shown)).rejects.toThrow('Not authorized')
})

test('a certificate that may only serve is refused', async () => {
  const { house, options, connect } = await start()
  const { pem, keyPem } = await house.services.authority.issue({
    ...{ commonName: gatewayId, validMs: day, usages: ['server'] },
  })
  await expect(connect(options({ cert: pem, key: keyPem }))).rejects.toThrow('Not authorized')
})

test('a certificate that the authority made for somebody else than gateways is refused', async () => {
  const { house, options, connect } = await start()
  await enrol(house, gatewayId)
  const { pem, keyPem } = await house.services.authority.issue({
    ...{ commonName: gatewayId, validMs: day, usages: ['client'] },
  })
  await expect(connect(options({ cert: pem, key: keyPem }))).rejects.toThrow('Not authorized')
})

test('a certificate past its time is refused', async () => {
  const { house, options, connect } = await start()
  house.time.now -= 91 * day
  const pair = pairOf(await enrol(house, gatewayId))
  house.time.now += 91 * day
  await expect(connect(options(pair))).rejects.toThrow('Not authorized')
})

test('a revoked certificate is refused', async () => {
  const { house, certificates, options, connect } = await start()
  const enrolled = await enrol(house, gatewayId)
  await certificates.revoke(system, { gatewayId, serial: enrolled.serial, reason: 'lost' })
  await expect(connect(options(pairOf(enrolled)))).rejects.toThrow('Not authorized')
})

test('an old certificate that turns up again is refused, and people are told', async () => {
  const { house, certificates, options, connect } = await start()
  const enrolled = await enrol(house, gatewayId)
  house.time.now += 1000
  const { csr, key } = await createRequest()
  const { certificate } = await certificates.renew(gatewayId, csr)
  await connect(options({ cert: certificate, key }))
  await expect(connect(options(pairOf(enrolled)))).rejects.toThrow('Not authorized')
  await vi.waitFor(async () =>
    expect(await house.services.alerts.list(system, {})).toMatchObject([
      { type: 'identity.credential-shared', details: { gatewayId, addresses: ['127.0.0.1'] } },
    ]),
  )
})

test('a gateway that was never enrolled comes in by its secret, also through TLS', async () => {
  const { house, secrets, connect } = await start()
  const bare = { ...signIn('gw-lake'), ca: house.services.authority.caPem(), servername: uplinkServerName }
  const client = await connect({ ...bare, password: secrets['gw-lake'] ?? '' })
  expect(client.connected).toBe(true)
})

test('the secret of a gateway that was enrolled is refused, also on this host', async () => {
  const { house, secrets, plainUrl } = await start()
  await enrol(house, gatewayId)
  const by = { ...signIn(gatewayId), password: secrets[gatewayId] ?? '' }
  await expect(mqtt.connectAsync(plainUrl, by, false)).rejects.toThrow('Not authorized')
})

test('two machines that take turns with one secret are reported', async () => {
  const { house, secrets, plainUrl } = await start()
  const topic = uplinkTopics.up(gatewayId)
  for (const bootId of ['one', 'two', 'one', 'two']) {
    const will = {
      topic,
      payload: Buffer.from(JSON.stringify({ type: 'goodbye', bootId })),
      qos: 1,
      retain: false,
    } as const
    const client = await mqtt.connectAsync(plainUrl, { ...signIn(gatewayId), password: secrets[gatewayId] ?? '', will })
    client.on('error', () => undefined)
    onTestFinished(() => void client.end(true))
  }
  await vi.waitFor(async () =>
    expect(await house.services.alerts.list(system, {})).toMatchObject([
      { type: 'identity.credential-shared', severity: 'critical', details: { gatewayId, credential: 'secret' } },
    ]),
  )
})
