import * as access from './access.ts'
import * as account from './account.ts'
import * as alerts from './alerts.ts'
import * as approvals from './approvals.ts'
import * as audit from './audit.ts'
import * as broadcast from './broadcast.ts'
import * as compounds from './compounds.ts'
import * as continuity from './continuity.ts'
import * as deviceCredentials from './device-credentials.ts'
import * as devices from './devices.ts'
import type { Endpoint } from './endpoint.ts'
import * as identity from './identity.ts'
import * as laneCalls from './lane-calls.ts'
import * as laneClaims from './lane-claims.ts'
import * as ledger from './ledger.ts'
import * as machines from './machines.ts'
import * as parking from './parking.ts'
import * as parkingRules from './parking-rules.ts'
import * as parkingSessions from './parking-sessions.ts'
import * as payments from './payments.ts'
import * as telemetry from './telemetry.ts'
import * as video from './video.ts'

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'method' in value && 'url' in value && 'access' in value

/** Every endpoint of the contract, by name: the source of the permission matrix. */
export const endpoints: Readonly<Record<string, Endpoint>> = Object.fromEntries(
  [
    access,
    account,
    alerts,
    approvals,
    audit,
    broadcast,
    compounds,
    continuity,
    deviceCredentials,
    devices,
    identity,
    laneCalls,
    laneClaims,
    ledger,
    machines,
    parking,
    parkingRules,
    parkingSessions,
    payments,
    telemetry,
    video,
  ].flatMap((area) => Object.entries(area).filter((entry): entry is [string, Endpoint] => isEndpoint(entry[1]))),
)
