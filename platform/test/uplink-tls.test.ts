import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { uplinkTopics } from '../src/contract/index.ts'
import { createMemoryPlatform, hello, openUplink, signIn, useClient } from './uplink-setup.ts'

function selfSigned() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...name], {
    stdio: 'ignore',
  })
  return { key: readFileSync(key), cert: readFileSync(cert) }
}

test('a gateway elsewhere comes in through TLS and checks the certificate', async () => {
  const { key, cert } = selfSigned()
  const uplink = await openUplink(createMemoryPlatform(), {
    listen: { port: 0, tls: { host: '127.0.0.1', port: 0, own: { key, cert } } },
  })
  const url = `mqtts://127.0.0.1:${uplink.tlsPort ?? 0}`
  const secure = { ...signIn('gw-1'), servername: 'localhost' }
  await expect(mqtt.connectAsync(url, secure, false)).rejects.toThrow('self-signed')

  const client = await mqtt.connectAsync(url, { ...secure, ca: cert }, false)
  const gateway = useClient(client, 'gw-1')
  await client.subscribeAsync(uplinkTopics.down('gw-1'), { qos: 1 })
  await gateway.send(hello())
  await vi.waitFor(() => expect(gateway.of('welcome')).toHaveLength(1))
})
