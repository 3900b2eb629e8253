import type { PlatformConfig } from './config.ts'
import { uplinkServerName } from './contract/index.ts'
import type { CertificateAuthority } from './core/ports.ts'
import type { TlsListener } from './uplink/listeners.ts'

/** Made anew at every start and never stored, so it need not be renewed while the process runs. */
const ownCertificateMs = 5 * 365 * 86_400_000

/** How gateways elsewhere come in: by the operator's certificate, and once enrolled by the platform's own authority. */
export async function uplinkTls(
  config: PlatformConfig,
  authority: CertificateAuthority,
  own: TlsListener['own'],
): Promise<TlsListener | undefined> {
  const { GATEHOUSE_UPLINK_TLS_HOST: host, GATEHOUSE_UPLINK_TLS_PORT: port } = config
  if (config.GATEHOUSE_UPLINK_BROKER !== undefined || (own === undefined && host === undefined)) return undefined
  const { pem, keyPem } = await authority.issue({
    commonName: uplinkServerName,
    validMs: ownCertificateMs,
    usages: ['server'],
    dnsNames: [uplinkServerName, 'localhost', '127.0.0.1'],
  })
  return { host, port, own, enrolled: { cert: pem, key: keyPem, ca: authority.caPem() } }
}
