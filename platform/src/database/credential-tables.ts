/** Client certificates of devices, as both databases hold them. */
export interface DeviceCertificateRow {
  serial: string
  device_id: string
  compound_id: string
  issued_by: string
  issued_at: number
  expires_at: number
  revoked_at: number | null
  revoked_by: string | null
  reason: string | null
}

export interface CredentialTables {
  device_certificates: DeviceCertificateRow
}
