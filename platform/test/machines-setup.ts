import 'reflect-metadata'
import { webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { Value } from 'typebox/value'
import { enrolGateway, EnrolmentGrant, type EnrolmentAnswer } from '../src/contract/index.ts'
import { enrolmentProof, parseCode } from '../src/domain/index.ts'
import { call, system, type House } from './setup.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A key and what asks for its certificate. */
export async function createRequest(name = 'whatever') {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: algorithm,
  })
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { csr: csr.toString('pem'), key }
}

/** What a gateway sends when somebody types the code there. */
export async function requestWith(code: string, csr: string) {
  const secrets = parseCode(code)
  if (!secrets) throw new Error(`no code: ${code}`)
  const proof = enrolmentProof(secrets.secret)
  return { proof, body: { codeId: await proof.codeId(), csr, mac: await proof.signRequest(csr) } }
}

/** Enrols a gateway as its command line does. */
export async function enrol(house: House, gatewayId: string) {
  const { code } = await house.services.enrolments.createCode(system, gatewayId)
  const { csr, key } = await createRequest()
  const { proof, body } = await requestWith(code, csr)
  const answer = await call(house, enrolGateway, { body })
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  const { payload, mac } = answer.body as EnrolmentAnswer
  if (!(await proof.isAnswer(body.mac, { payload, mac }))) throw new Error('the answer is not authentic')
  const grant = Value.Parse(EnrolmentGrant, JSON.parse(payload))
  return { ...grant, key, serial: serialOf(grant.certificate), code }
}

export const serialOf = (pem: string) => new X509Certificate(pem).serialNumber.toLowerCase()
