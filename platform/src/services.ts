import type { BaseLogger } from 'pino'
import type { Metrics } from './core/metrics.ts'
import type { Clock, GatewayLink } from './core/ports.ts'
import type { RecordHandler } from './core/records.ts'
import type { Vault } from './core/vault.ts'
import type { Database } from './database/database.ts'
import { createAccessService, desiredAccess } from './modules/access/access.service.ts'
import { createAbsenceService } from './modules/alerts/absence.service.ts'
import { createAlertsService } from './modules/alerts/alerts.service.ts'
import { createRaisingService } from './modules/alerts/raising.service.ts'
import { createBroadcastService, handleBroadcastProgress } from './modules/broadcast/broadcast.service.ts'
import { createCompoundsService } from './modules/compounds/compounds.service.ts'
import { createCommandProgressService } from './modules/devices/command-progress.service.ts'
import { createCommandsService } from './modules/devices/commands.service.ts'
import { createDeviceStateService } from './modules/devices/device-state.service.ts'
import { createDevicesService, desiredDevices } from './modules/devices/devices.service.ts'
import { createReadingsService } from './modules/devices/readings.service.ts'
import { createDeliveryService } from './modules/gateways/delivery.service.ts'
import { createDesiredService } from './modules/gateways/desired.service.ts'
import { createGatewaysService } from './modules/gateways/gateways.service.ts'
import { createRegistryService } from './modules/gateways/registry.service.ts'
import { createIdentityService } from './modules/identity/identity.service.ts'
import { createSignInService } from './modules/identity/sign-in.service.ts'
import { createParkingService, desiredParking } from './modules/parking/parking.service.ts'
import { createRecordsService } from './modules/records/records.service.ts'
import { createRealtime } from './plugins/realtime.ts'

export interface ServicePorts {
  readonly db: Database
  readonly vault: Vault
  readonly clock: Clock
  readonly link: GatewayLink
  readonly metrics: Metrics
  readonly logger: BaseLogger
  readonly timeZone: string
}

/** People, places and what connects to them. */
function createHouse({ db, vault, clock, link, metrics, logger, timeZone }: ServicePorts) {
  const compounds = createCompoundsService({ db, clock })
  const realtime = createRealtime({ pathOf: (compoundId) => compounds.pathOf(compoundId), metrics, logger })
  const { publisher } = realtime
  const gateways = createGatewaysService({ db, publisher, compounds, link })
  const sources = { devices: desiredDevices(vault), parking: desiredParking, access: desiredAccess }
  const desired = createDesiredService({ db, clock, link, sources, logger, gatewayOf: (id) => gateways.idOf(id) })
  return {
    ...{ compounds, realtime, publisher, gateways, desired },
    delivery: createDeliveryService({ link, gateways }),
    signIns: createSignInService({ db, clock, timeZone, onEnded: realtime.endSession }),
    identity: createIdentityService({ db, clock, onChanged: realtime.endPerson }),
  }
}

/** Every service of the platform, wired by hand. */
export function createServices(ports: ServicePorts) {
  const { db, vault, clock, metrics, logger, timeZone } = ports
  const house = createHouse(ports)
  const { compounds, publisher, gateways, desired, delivery } = house

  const readings = createReadingsService({ db, publisher, logger, gateways })
  const devices = createDevicesService({ db, vault, compounds, desired, publisher, readings })
  const states = createDeviceStateService({ db, publisher })
  const commandProgress = createCommandProgressService({ db, publisher, gateways })
  const parking = createParkingService({ db, compounds, desired })
  const access = createAccessService({ db, compounds, desired })
  const raising = createRaisingService({ states, gateways })
  const absences = createAbsenceService({ db, clock, publisher, states, gateways })
  // What a device is comes first: what follows from it may be asked for by the handlers after it.
  const handlers: readonly RecordHandler[] = [
    ...[states.handle, commandProgress.handle, desired.handle, parking.handle, access.handle],
    ...[handleBroadcastProgress, raising.handle],
  ]
  async function onOnlineChanged(_gatewayId: string, compoundId: string, online: boolean) {
    await states.gatewayChanged(compoundId, online)
    if (online) await absences.gatewayReturned(compoundId)
  }

  return {
    ...house,
    ...{ readings, devices, parking, access, absences },
    commandProgress: commandProgress.progress,
    commands: createCommandsService({ db, clock, publisher, devices, delivery, logger }),
    alerts: createAlertsService({ db, clock, publisher }),
    broadcasts: createBroadcastService({ db, clock, publisher, compounds, devices, delivery, timeZone }),
    records: createRecordsService({ db, clock, publisher, metrics, logger, handlers }),
    registry: createRegistryService({ db, clock, publisher, desired, compounds, logger, onOnlineChanged }),
  }
}

export type Services = ReturnType<typeof createServices>
