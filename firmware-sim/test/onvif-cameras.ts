import { createHash, randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { tinyJpeg } from '../../platform/src/contract/testing/pictures.ts'
import { startCameras, type CamerasOptions } from '../src/onvif/cameras.ts'

export const account = { username: 'admin', password: 'secret & more' }
export const picture = tinyJpeg(Uint8Array.from([1, 2, 3]))

interface Overrides extends Partial<Omit<CamerasOptions, 'cameras'>> {
  readonly count?: number
  readonly clockSkewMs?: number
  readonly snapshot?: () => Promise<Uint8Array>
}

const seePicture = () => Promise.resolve(picture)

/** Cameras `cam-1` … on free ports of their own addresses, closed when the test ends. */
export async function startTestCameras(overrides: Overrides = {}) {
  const { count = 1, clockSkewMs = 0, snapshot = seePicture, ...options } = overrides
  const cameras = await startCameras({
    cameras: Array.from({ length: count }, (_, index) => ({
      ...account,
      id: `cam-${String(index + 1)}`,
      name: `Gate ${String(index + 1)}`,
      host: `127.66.${String(Math.floor(index / 250))}.${String((index % 250) + 1)}`,
      port: 0,
      clockSkewMs,
      snapshot,
    })),
    ...options,
  })
  onTestFinished(() => cameras.close())
  return cameras
}

const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss'
const xmlText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** A WS-Security header with a password digest. */
export function usernameToken({ password = account.password, at = Date.now() } = {}): string {
  const nonce = randomBytes(16)
  const created = new Date(at).toISOString()
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64')
  return `<w:Security xmlns:w="${wsse}-wssecurity-secext-1.0.xsd"><w:UsernameToken>
    <w:Username>${xmlText(account.username)}</w:Username>
    <w:Password Type="${wsse}-username-token-profile-1.0#PasswordDigest">${digest}</w:Password>
    <w:Nonce>${nonce.toString('base64')}</w:Nonce>
    <u:Created xmlns:u="${wsse}-wssecurity-utility-1.0.xsd">${created}</u:Created>
  </w:UsernameToken></w:Security>`
}

export const soapEnvelope = (body: string, header = '') =>
  `<?xml version="1.0"?>
  <SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope">
    <SOAP-ENV:Header>${header}</SOAP-ENV:Header><SOAP-ENV:Body>${body}</SOAP-ENV:Body>
  </SOAP-ENV:Envelope>`

export async function post(url: string, text: string, signal?: AbortSignal) {
  const headers = { 'Content-Type': 'application/soap+xml; charset=utf-8' }
  const response = await fetch(url, { method: 'POST', body: text, headers, ...(signal && { signal }) })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** One signed operation; the answer's text. */
export const call = async (url: string, body: string) => (await post(url, soapEnvelope(body, usernameToken()))).text

export const serviceOf = (deviceAddress: string, service: string) => deviceAddress.replace('device_service', service)

/** Text of the first element with this local name. */
export const first = (text: string, name: string) =>
  new RegExp(`<(?:[\\w-]+:)?${name}(?: [^>]*)?>([^<]*)<`).exec(text)?.[1]?.replaceAll('&amp;', '&')

const events = 'xmlns="http://www.onvif.org/ver10/events/wsdl"'
const notifications = 'xmlns="http://docs.oasis-open.org/wsn/b-2"'

/** A pull point of this camera: its address and what a client does with it. */
export async function subscribe(deviceAddress: string, { lifetime = 'PT60S', filter = '' } = {}) {
  const text = await call(
    serviceOf(deviceAddress, 'events_service'),
    `<CreatePullPointSubscription ${events}>${filter}<InitialTerminationTime>${lifetime}</InitialTerminationTime></CreatePullPointSubscription>`,
  )
  const address = first(text, 'Address') ?? ''
  return {
    text,
    address,
    pull: (timeout = 'PT5S') =>
      call(
        address,
        `<PullMessages ${events}><Timeout>${timeout}</Timeout><MessageLimit>50</MessageLimit></PullMessages>`,
      ),
    renew: (time: string) =>
      call(address, `<Renew ${notifications}><TerminationTime>${time}</TerminationTime></Renew>`),
    synchronise: () => call(address, `<SetSynchronizationPoint ${events}/>`),
    unsubscribe: () => call(address, `<Unsubscribe ${notifications}/>`),
  }
}
