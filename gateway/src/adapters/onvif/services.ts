import type { OnvifInformation, OnvifProfile } from '../../core/ports.ts'
import { AppError, cameraLacks } from '../../errors.ts'
import { ownAddress, ownStreamAddress } from './address-guard.ts'
import {
  addressesOfCapabilities,
  addressesOfServices,
  informationOf,
  profilesOf,
  uriOf,
  type ServiceAddresses,
} from './answers.ts'
import type { OnvifRequests } from './node-onvif.ts'
import type { SignIn } from './sign-in.ts'

/** What a camera tells of itself. Every address that it hands out is made its own. */
export interface CameraServices {
  information(): Promise<OnvifInformation>
  profiles(): Promise<readonly OnvifProfile[]>
  streamUri(profileToken: string): Promise<string>
  snapshotUrl(profileToken: string): Promise<URL>
  eventService(): Promise<URL>
}

interface ServicesOptions {
  readonly camera: URL
  readonly requests: OnvifRequests
  readonly signedIn: SignIn['signedIn']
}

export function createCameraServices({ camera, requests, signedIn }: ServicesOptions): CameraServices {
  let known: Promise<ServiceAddresses> | undefined

  async function findAddresses(): Promise<ServiceAddresses> {
    try {
      const told = addressesOfCapabilities(await signedIn(() => requests.capabilities()))
      if (told.media !== undefined) return told
    } catch (reason) {
      if (!(reason instanceof AppError) || reason.code === 'CAMERA_UNREACHABLE') throw reason
    }
    // Newer firmware drops GetCapabilities, older firmware has nothing else.
    return addressesOfServices(await signedIn(() => requests.services()))
  }

  /** Asked once; a failure is not remembered. */
  const addresses = () =>
    (known ??= findAddresses().catch((reason: unknown) => {
      known = undefined
      throw reason
    }))

  async function service(name: keyof ServiceAddresses): Promise<URL> {
    const address = (await addresses())[name]
    if (address === undefined) throw cameraLacks(`${name} service`)
    return ownAddress(camera, address)
  }

  return {
    information: async () => informationOf(await signedIn(() => requests.deviceInformation())),
    async profiles() {
      const media = await service('media')
      return profilesOf(await signedIn(() => requests.profiles(media)))
    },
    async streamUri(token) {
      const media = await service('media')
      const uri = uriOf(await signedIn(() => requests.streamUri(media, token)), 'GetStreamUriResponse')
      if (uri === undefined) throw cameraLacks('stream of this profile')
      return ownStreamAddress(camera, uri)
    },
    async snapshotUrl(token) {
      const media = await service('media')
      const uri = uriOf(await signedIn(() => requests.snapshotUri(media, token)), 'GetSnapshotUriResponse')
      if (uri === undefined) throw cameraLacks('snapshot of this profile')
      return ownAddress(camera, uri)
    },
    eventService: () => service('events'),
  }
}
