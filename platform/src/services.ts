import type { BaseLogger } from 'pino'
import { createAudit } from './audit.ts'
import type { Metrics } from './core/metrics.ts'
import type { Role } from './contract/index.ts'
import type { Clock, GatewayLink } from './core/ports.ts'
import type { RecordHandler } from './core/records.ts'
import type { Vault } from './core/vault.ts'
import type { Database } from './database/database.ts'
import { createAccessService, desiredAccess } from './modules/access/access.service.ts'
import { createAbsenceService } from './modules/alerts/absence.service.ts'
import { createAlertsService } from './modules/alerts/alerts.service.ts'
import { createRaisingService } from './modules/alerts/raising.service.ts'
import { createUnansweredCallsService } from './modules/alerts/unanswered-calls.service.ts'
import { createMachineAlertsService } from './modules/alerts/machines.service.ts'
import { createBroadcastService, handleBroadcastProgress } from './modules/broadcast/broadcast.service.ts'
import { createCompoundsService } from './modules/compounds/compounds.service.ts'
import { measureContinuity } from './modules/continuity/continuity.metrics.ts'
import { createContinuityService } from './modules/continuity/continuity.service.ts'
import { createOwnRoom } from './modules/continuity/own-room.ts'
import { createCommandProgressService } from './modules/devices/command-progress.service.ts'
import { createCommandsService, type CommandsService } from './modules/devices/commands.service.ts'
import { createDeviceStateService } from './modules/devices/device-state.service.ts'
import { createDeviceCredentialsService } from './modules/devices/device-credentials.service.ts'
import { createDevicesService, desiredDevices, type DevicesService } from './modules/devices/devices.service.ts'
import { createReadingsService } from './modules/devices/readings.service.ts'
import { createDeliveryService } from './modules/gateways/delivery.service.ts'
import { createDesiredService } from './modules/gateways/desired.service.ts'
import { createGatewaysService } from './modules/gateways/gateways.service.ts'
import { createRegistryService } from './modules/gateways/registry.service.ts'
import { createLedgerService } from './modules/ledger/ledger.service.ts'
import { createLaneCallsService } from './modules/lane-calls/lane-calls.service.ts'
import { createLaneClaimsService } from './modules/lane-claims/lane-claims.service.ts'
import type { MachineAuthority } from './modules/machines/certificate-authority.ts'
import { createCertificatesService } from './modules/machines/certificates.service.ts'
import { createEnrolmentService } from './modules/machines/enrolment.service.ts'
import { createRenewalService } from './modules/machines/renewal.service.ts'
import { createTokensService } from './modules/machines/tokens.service.ts'
import { createParkingService, type ParkingService } from './modules/parking/parking.service.ts'
import { desiredParking } from './modules/parking/rules.service.ts'
import { creditsOf, desiredPayments, paidFor } from './modules/payments/credits.ts'
import {
  createPaymentsService,
  type PaymentSettings,
  type PaymentsService,
} from './modules/payments/payments.service.ts'
import type { HttpPort } from './modules/payments/providers/http-port.ts'
import { createRecordsService } from './modules/records/records.service.ts'
import { createPeople } from './people.ts'
import { createRealtime } from './plugins/realtime.ts'

export interface ServicePorts {
  readonly db: Database
  readonly vault: Vault
  readonly clock: Clock
  readonly link: GatewayLink
  readonly metrics: Metrics
  readonly logger: BaseLogger
  readonly timeZone: string
  /** Where everything is stored, to tell how much room there is. */
  readonly folder: string
  /** Roles whose people need a second factor. */
  readonly requireTotp?: readonly Role[] | undefined
  readonly authority: MachineAuthority
  /** Where gateways are told to connect, if that is not the host they ask. */
  readonly uplinkUrl?: string | undefined
  readonly certificateMs: number
  /** Which payment providers are switched on; cash always is. */
  readonly payments?: PaymentSettings | undefined
  /** The way out to them; default is the internet. */
  readonly paymentHttp?: HttpPort | undefined
}

/** People, places and what connects to them. */
function createHouse(ports: ServicePorts) {
  const { db, clock, link, metrics, logger } = ports
  const compounds = createCompoundsService({ db, clock })
  const audit = createAudit(ports)
  const realtime = createRealtime({
    ...{ metrics, logger, onListening: audit.onListening },
    pathOf: (compoundId) => compounds.pathOf(compoundId),
  })
  const { publisher } = realtime
  const gateways = createGatewaysService({ db, publisher, compounds, link })
  const sources = {
    ...{ devices: desiredDevices(ports), parking: desiredParking, access: desiredAccess },
    payments: desiredPayments,
  }
  const desired = createDesiredService({ db, clock, link, sources, logger, gatewayOf: (id) => gateways.idOf(id) })
  return {
    ...{ compounds, realtime, publisher, gateways, desired },
    delivery: createDeliveryService({ link, gateways }),
    ...audit,
    ...createPeople({ ...ports, audit: audit.audit, realtime }),
  }
}

/** How machines prove who they are. */
function createMachines(ports: ServicePorts, { gateways, publisher }: ReturnType<typeof createHouse>) {
  const { db, clock, authority } = ports
  const certificates = {
    ...createCertificatesService({ ...ports, gateways }),
    ...createRenewalService({ ...ports, gateways }),
    ...createTokensService({ ...ports, gateways }),
  }
  return {
    ...{ authority, certificates },
    enrolments: createEnrolmentService({ ...ports, uplinkUrl: ports.uplinkUrl, gateways, publisher }),
    machineAlerts: createMachineAlertsService({ db, clock, publisher, gateways, certificates }),
  }
}

/** What is paid for stays, and the books of it. */
function createMoney(ports: ServicePorts, house: ReturnType<typeof createHouse>, parking: ParkingService) {
  const { compounds, publisher, desired } = house
  const ledger = createLedgerService({ ...ports, compounds })
  const [settings, http] = [ports.payments ?? {}, ports.paymentHttp]
  const { sessions, renewals } = parking
  const shared = { ...ports, publisher, desired, ledger, sessions, renewals }
  return { ledger, payments: createPaymentsService({ ...shared, settings, http }) }
}

interface LaneParts {
  readonly devices: DevicesService
  readonly commands: CommandsService
  readonly parking: ParkingService
  readonly payments: PaymentsService
}

/** What people at a lane ask for, and who helps them. */
function createLanes(ports: ServicePorts, house: ReturnType<typeof createHouse>, parts: LaneParts) {
  const { publisher } = house
  const { payments, ...rest } = parts
  const { onUnanswered } = createUnansweredCallsService({ db: ports.db, publisher })
  const { sessions } = parts.parking
  return {
    laneCalls: createLaneCallsService({ ...ports, ...rest, publisher, onUnanswered }),
    laneClaims: createLaneClaimsService({ ...parts, vault: ports.vault, page: payments.page, sessions }),
  }
}

/** Every service of the platform, wired by hand. */
export function createServices(ports: ServicePorts) {
  const { db, vault, clock, metrics, logger, timeZone } = ports
  const house = createHouse(ports)
  const { compounds, publisher, gateways, desired, delivery } = house

  const readings = createReadingsService({ db, publisher, logger, gateways })
  const devices = createDevicesService({ db, vault, compounds, desired, publisher, readings })
  const deviceCredentials = createDeviceCredentialsService({ ...ports, devices, desired })
  const states = createDeviceStateService({ db, publisher })
  const commandProgress = createCommandProgressService({ db, publisher, gateways })
  const parking = createParkingService({
    ...ports,
    compounds,
    devices,
    desired,
    publisher,
    credits: { creditsOf, paidFor },
  })
  const { ledger, payments } = createMoney(ports, house, parking)
  const commands = createCommandsService({ db, clock, publisher, devices, delivery, logger })
  const lanes = createLanes(ports, house, { devices, commands, parking, payments })
  const access = createAccessService({ db, compounds, desired })
  const raising = createRaisingService({ states, gateways })
  const room = createOwnRoom({ folder: ports.folder, clock })
  const continuity = createContinuityService({ db, clock, publisher, gateways, devices, room })
  measureContinuity(metrics, continuity, clock)
  const absences = createAbsenceService({ db, clock, publisher, states, gateways })
  // What a device is comes first: what follows from it may be asked for by the handlers after it.
  const handlers: readonly RecordHandler[] = [
    ...[states.handle, commandProgress.handle, desired.handle, parking.handle, access.handle],
    ...[ledger.handle, payments.handle],
    ...[handleBroadcastProgress, continuity.handle, raising.handle, lanes.laneCalls.handle],
  ]
  async function onOnlineChanged(gatewayId: string, compoundId: string, online: boolean) {
    continuity.touched(gatewayId)
    await states.gatewayChanged(compoundId, online)
    if (online) await absences.gatewayReturned(compoundId)
  }

  return {
    ...house,
    ...createMachines(ports, house),
    ...lanes,
    ...{ readings, devices, deviceCredentials, commands, parking, ledger, payments },
    ...{ access, absences, continuity },
    commandProgress: commandProgress.progress,
    alerts: createAlertsService({ db, clock, publisher }),
    broadcasts: createBroadcastService({ db, clock, publisher, compounds, devices, delivery, timeZone }),
    records: createRecordsService({ db, clock, publisher, metrics, logger, handlers }),
    registry: createRegistryService({ db, clock, publisher, desired, compounds, logger, onOnlineChanged }),
  }
}

export type Services = ReturnType<typeof createServices>
