import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { discoverCameras } from '../src/adapters/onvif/discovery.ts'

const match = (index: number, xaddrs = `http://127.0.${index >> 8}.${index & 255}:8200/onvif/device_service`) =>
  `<d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:camera-${index}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/%E9%97%A8%20${index} onvif://www.onvif.org/hardware/IPC%ZZ onvif://www.onvif.org/location/North</d:Scopes><d:XAddrs>${xaddrs}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch>`
const answer = (...matches: string[]) =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches>${matches.join('')}</d:ProbeMatches></s:Body></s:Envelope>`

/** Answers probes from a loopback port. */
async function setup(onProbe: (probe: string, reply: (datagram: string | Buffer) => void) => void) {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  socket.on('message', (probe: Buffer, { port, address }: RemoteInfo) => {
    onProbe(probe.toString(), (datagram) => socket.send(datagram, port, address))
  })
  const target = { address: '127.0.0.1', port: socket.address().port }
  return (timeoutMs = 300) => discoverCameras({ interfaceAddress: '127.0.0.1', timeoutMs, target })
}

test('several cameras in one datagram and one in several are found once each', async () => {
  const discover = await setup((probe, reply) => {
    expect(probe).toContain('dn:NetworkVideoTransmitter')
    reply(answer(match(1), match(2)))
    reply(answer(match(2)))
  })
  const found = await discover()
  expect(found).toEqual(
    [1, 2].map((index) => ({
      endpoint: `urn:uuid:camera-${index}`,
      xaddrs: [`http://127.0.0.${index}:8200/onvif/device_service`],
      scopes: { name: `门 ${index}`, hardware: 'IPC%ZZ', location: 'North' },
    })),
  )
})

test('the probe is repeated, so that a lost one costs nothing', async () => {
  let probes = 0
  const discover = await setup((_probe, reply) => {
    probes += 1
    if (probes === 3) reply(answer(match(1)))
  })
  await expect(discover()).resolves.toHaveLength(1)
})

test('a whole street that answers at once is found', async () => {
  const discover = await setup((_probe, reply) => {
    for (let camera = 1; camera <= 545; camera += 1) reply(answer(match(camera)))
  })
  await expect(discover(1500)).resolves.toHaveLength(545)
})

test('what is no answer is left out, and so are addresses that nobody can call', async () => {
  const discover = await setup((_probe, reply) => {
    reply('no XML')
    reply('')
    reply(Buffer.alloc(60_000, '<a>'))
    reply('<!DOCTYPE a [<!ENTITY b "c">]><a/>')
    reply(answer())
    reply(answer(match(1, 'file:///etc/passwd')))
    reply(answer(match(2, 'http://127.0.0.2/x https://127.0.0.2/x gopher://127.0.0.2/')))
  })
  await expect(discover()).resolves.toMatchObject([{ xaddrs: ['http://127.0.0.2/x', 'https://127.0.0.2/x'] }])
})

test('silence is an empty street', async () => {
  const discover = await setup(() => undefined)
  await expect(discover(50)).resolves.toEqual([])
})

test('an interface that is not there is an error', async () => {
  await expect(discoverCameras({ interfaceAddress: '192.0.2.77', timeoutMs: 50 })).rejects.toMatchObject({
    code: 'EADDRNOTAVAIL',
  })
})
