import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { RefusalCounter } from '../../core/ports.ts'
import { AppError, cameraAnswerInvalid, cameraFault, cameraNotAuthorized } from '../../errors.ts'
import type { CameraClock } from './camera-clock.ts'
import type { Credentials } from './http-auth.ts'
import type { HttpAnswer, HttpClient } from './http-client.ts'
import { childOf, escapeXml, parseXml, textOf } from './xml.ts'

const largestAnswer = 2 * 1024 * 1024

const wss = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss'
const addressing = 'http://www.w3.org/2005/08/addressing'

export interface SoapRequest {
  readonly url: URL
  /** A whole envelope. */
  readonly envelope: string
  readonly action?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
  readonly anonymous?: boolean
}

export interface SoapCall extends Omit<SoapRequest, 'envelope' | 'action'> {
  readonly action: string
  readonly body: string
  /** Header elements besides addressing and security. */
  readonly header?: string
}

export interface SoapAnswer {
  readonly envelope: unknown
  readonly body: unknown
  /** As it came: only here are prefixes and namespaces still to be had. */
  readonly text: string
}

/** One camera's SOAP. Rejects with a coded error; a Fault is CAMERA_NOT_AUTHORIZED or CAMERA_FAULT. */
export interface Soap {
  call(call: SoapCall): Promise<SoapAnswer>
  post(request: SoapRequest): Promise<SoapAnswer>
  /** An envelope signed with the camera's time of this moment. */
  envelope(content: { readonly body: string; readonly header?: string; readonly namespaces?: string }): string
}

interface SoapOptions {
  readonly http: HttpClient
  readonly credentials: Credentials
  readonly clock: CameraClock
  readonly counter: RefusalCounter
  readonly timeoutMs: number
  /** Ends every request that brings no signal of its own. */
  readonly signal: AbortSignal
}

/** WS-UsernameToken with password digest (WSS UsernameToken Profile 1.0, section 3.1). */
function securityHeader({ username, password }: Credentials, created: string): string {
  if (username === '') return ''
  const nonce = randomBytes(16)
  const digest = createHash('sha1')
    .update(Buffer.concat([nonce, Buffer.from(created + password, 'utf8')]))
    .digest('base64')
  return (
    `<wsse:Security s:mustUnderstand="1" xmlns:wsse="${wss}-wssecurity-secext-1.0.xsd" xmlns:wsu="${wss}-wssecurity-utility-1.0.xsd">` +
    `<wsse:UsernameToken><wsse:Username>${escapeXml(username)}</wsse:Username>` +
    `<wsse:Password Type="${wss}-username-token-profile-1.0#PasswordDigest">${digest}</wsse:Password>` +
    `<wsse:Nonce EncodingType="${wss}-soap-message-security-1.0#Base64Binary">${nonce.toString('base64')}</wsse:Nonce>` +
    `<wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`
  )
}

/** Full WS-Addressing: some cameras answer Renew and Unsubscribe only with a MessageID. */
const addressingHeader = (action: string, url: URL) =>
  `<wsa:Action s:mustUnderstand="1">${action}</wsa:Action><wsa:MessageID>urn:uuid:${randomUUID()}</wsa:MessageID>` +
  `<wsa:ReplyTo><wsa:Address>${addressing}/anonymous</wsa:Address></wsa:ReplyTo>` +
  `<wsa:To s:mustUnderstand="1">${escapeXml(url.href)}</wsa:To>`

function faultOf(fault: unknown): AppError {
  const reason = textOf(childOf(fault, 'Reason', 'Text')) ?? textOf(childOf(fault, 'faultstring'))
  const codes = [
    textOf(childOf(fault, 'Code', 'Value')),
    textOf(childOf(fault, 'Code', 'Subcode', 'Value')),
    textOf(childOf(fault, 'Code', 'Subcode', 'Subcode', 'Value')),
    textOf(childOf(fault, 'faultcode')),
  ]
  const told = [...codes, reason].filter((part) => part !== undefined).join(' ')
  const refused = /not\s?authori[sz]ed|unauthori[sz]ed|failedauthentication|failedcheck|invalidsecurity/i.test(told)
  return refused ? cameraNotAuthorized() : cameraFault(told)
}

function read({ status, body: bytes }: HttpAnswer): SoapAnswer {
  const text = bytes.toString('utf8')
  const envelope = text === '' ? undefined : childOf(status === 200 ? parseXml(text) : tolerantly(text), 'Envelope')
  const body = childOf(envelope, 'Body')
  const fault = childOf(body, 'Fault')
  if (fault !== undefined) throw faultOf(fault)
  // Vendors say it with 401, with 403, or with 400 and a Fault.
  if (status === 401 || status === 403) throw cameraNotAuthorized()
  if (status !== 200) throw cameraAnswerInvalid(`HTTP ${status}`)
  if (body === undefined) throw cameraAnswerInvalid('it is not SOAP')
  return { envelope, body, text }
}

/** An error page may be anything; only a Fault inside would be news. */
function tolerantly(text: string): unknown {
  try {
    return parseXml(text)
  } catch {
    return undefined // the HTTP status says enough
  }
}

export function createSoap({ http, credentials, clock, counter, ...defaults }: SoapOptions): Soap {
  const envelope: Soap['envelope'] = ({ body, header = '', namespaces = '' }) =>
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="${addressing}" ${namespaces}>` +
    `<s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
  const security = () => securityHeader(credentials, new Date(clock.cameraNow()).toISOString())

  const post: Soap['post'] = async (request) => {
    const action = request.action === undefined ? '' : `; action="${request.action}"`
    const answer = await http({
      method: 'POST',
      url: request.url,
      headers: { 'content-type': `application/soap+xml; charset=utf-8${action}` },
      body: request.envelope,
      credentials: request.anonymous ? undefined : credentials,
      timeoutMs: request.timeoutMs ?? defaults.timeoutMs,
      maxBytes: largestAnswer,
      signal: request.signal ?? defaults.signal,
    })
    try {
      return read(answer)
    } catch (reason) {
      if (reason instanceof AppError && reason.code === 'CAMERA_ANSWER_INVALID')
        counter.refused('onvif', 'invalid-answer')
      throw reason
    }
  }

  return {
    post,
    envelope: ({ header = '', ...content }) => envelope({ ...content, header: header + security() }),
    call({ body, header = '', ...request }) {
      const signature = request.anonymous ? '' : security()
      const signed = envelope({ body, header: addressingHeader(request.action, request.url) + header + signature })
      return post({ ...request, envelope: signed })
    },
  }
}
