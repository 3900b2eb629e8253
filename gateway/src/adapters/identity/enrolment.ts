import { X509Certificate } from 'node:crypto'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { enrolGateway, EnrolmentAnswer, EnrolmentGrant } from '@gatehouse/platform/contract'
import { enrolmentProof, namesAuthority, parseCode, type EnrolmentSecrets } from '@gatehouse/platform/domain'
import { Value } from 'typebox/value'
import type { MachineIdentity } from '../../core/ports.ts'
import { enrolmentRefused, noEnrolmentCode, platformNotAuthentic, platformUnreachable } from '../../errors.ts'
import { certificateProblem, createRequest } from './certificate-request.ts'
import { saveIdentity } from './identity-store.ts'

export interface EnrolmentOptions {
  /** As it was typed. */
  readonly code: string
  readonly platformUrl: string
  readonly folder: string
  readonly now: () => number
}

const answerWithinMs = 20_000
const maxAnswerBytes = 64 * 1024

interface Answer {
  readonly status: number
  readonly body: unknown
}

/**
 * Nothing is taken on trust from this connection: the request tells a listener nothing, and the answer counts only
 * with a proof that it comes from who made the code. So it may go to a platform whose certificate we cannot judge yet.
 */
async function post(url: URL, body: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const options = { method: 'POST', headers, signal: AbortSignal.timeout(answerWithinMs), rejectUnauthorized: false }
  const request = url.protocol === 'https:' ? requestSecure(url, options) : requestPlain(url, options)
  request.on('error', reject)
  request.on('response', (response) => {
    const chunks: Buffer[] = []
    let bytes = 0
    response.on('error', reject)
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxAnswerBytes) request.destroy(new Error('the answer is too long'))
      else chunks.push(chunk)
    })
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks)) }))
  })
  request.end(body)
  return promise
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined // whoever answers like this is no platform, which the caller finds out by the status or schema
  }
}

async function ask(platformUrl: string, request: { codeId: string; csr: string; mac: string }) {
  let answer: Answer
  try {
    answer = await post(new URL(enrolGateway.url, platformUrl), JSON.stringify(request))
  } catch (error) {
    throw platformUnreachable(platformUrl, error instanceof Error ? error.message : String(error), { cause: error })
  }
  if (answer.status === 200 && Value.Check(EnrolmentAnswer, answer.body)) return answer.body
  const { message } = (answer.body ?? {}) as { message?: unknown }
  throw enrolmentRefused(typeof message === 'string' ? message.slice(0, 300) : `it answered ${answer.status}`)
}

function readGrant(payload: string): EnrolmentGrant {
  const grant: unknown = JSON.parse(payload)
  if (!Value.Check(EnrolmentGrant, grant)) throw platformNotAuthentic('it speaks another version of this protocol')
  return grant
}

/** Whether the authority is the one that the code names. */
function isNamed(secrets: EnrolmentSecrets, ca: string): boolean {
  const fingerprint = Buffer.from(new X509Certificate(ca).fingerprint256.replaceAll(':', ''), 'hex')
  return namesAuthority(secrets, fingerprint)
}

function uplinkUrlOf({ uplinkUrl, uplinkPort = 8884 }: EnrolmentGrant, platformUrl: string): string {
  return uplinkUrl ?? `mqtts://${new URL(platformUrl).hostname}:${uplinkPort}`
}

/** Fetches the first certificate of this gateway and keeps it with its key; what was kept before is replaced. */
export async function enrol({ code, platformUrl, folder, now }: EnrolmentOptions): Promise<MachineIdentity> {
  const secrets = parseCode(code)
  if (!secrets) throw noEnrolmentCode()
  const proof = enrolmentProof(secrets.secret)
  const { csr, key } = await createRequest()
  const mac = await proof.signRequest(csr)
  const answer = await ask(platformUrl, { codeId: await proof.codeId(), csr, mac })
  if (!(await proof.isAnswer(mac, answer)))
    throw platformNotAuthentic('its answer does not prove that it knows the code')
  const { gatewayId, certificate, ca, ...uplink } = readGrant(answer.payload)
  if (!isNamed(secrets, ca)) throw platformNotAuthentic('its certificate authority is not the one that the code names')
  const problem = certificateProblem({ gatewayId, certificate, key, ca }, now())
  if (problem !== undefined) throw platformNotAuthentic(`the certificate that it sent cannot be used: ${problem}`)
  const identity = {
    gatewayId,
    certificate,
    key,
    ca,
    platformUrl,
    uplinkUrl: uplinkUrlOf(uplink as EnrolmentGrant, platformUrl),
  }
  await saveIdentity(folder, identity)
  return identity
}
