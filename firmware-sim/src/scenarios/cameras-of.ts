import type { Logger } from '../core/logger.ts'
import { startCameras, type Cameras } from '../onvif/cameras.ts'
import { cameraUser } from './desired-file.ts'
import type { StagedDevice } from './enact.ts'

export interface CameraPlan {
  readonly devices: Iterable<StagedDevice>
  readonly secretOf: (deviceId: string) => string
  readonly logger: Logger
  /** Port of the first camera; the others follow. 0 takes free ones. */
  readonly firstPort: number
  readonly isDiscoverable: boolean
}

/** Starts the ONVIF cameras of a scenario on the loopback interface. */
export function startCamerasOf({ devices, secretOf, logger, firstPort, isDiscoverable }: CameraPlan): Promise<Cameras> {
  return startCameras({
    cameras: [...devices]
      .filter(({ device }) => device.kind === 'camera')
      .map(({ device, sights }, index) => ({
        id: device.deviceId,
        name: device.name,
        username: cameraUser,
        password: secretOf(device.deviceId),
        host: '127.0.0.1',
        port: firstPort === 0 ? 0 : firstPort + index,
        snapshot: (at: Date) => sights.snapshot(device, at.getTime()),
      })),
    discovery: isDiscoverable ? {} : false,
    onError: (error, deviceId) => logger.warn({ deviceId, reason: String(error) }, 'camera could not do it'),
  })
}
