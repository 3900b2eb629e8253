import { xml, type Xml } from './xml.ts'

export interface ServiceEntry {
  readonly path: string
  readonly namespace: string
  readonly version: readonly [major: number, minor: number]
  /** As GetServiceCapabilities and GetServices answer it. */
  readonly capabilities: (maxPullPoints: number) => Xml
}

/** What the camera says it can do. */
export const serviceList = {
  device: {
    path: '/onvif/device_service',
    namespace: 'http://www.onvif.org/ver10/device/wsdl',
    version: [2, 60],
    capabilities: () => xml`
      <tds:Capabilities>
        <tds:Network IPFilter="false" ZeroConfiguration="false" IPVersion6="false" DynDNS="false" NTP="0"/>
        <tds:Security TLS1.2="false" UsernameToken="true" HttpDigest="true" MaxUsers="1"/>
        <tds:System DiscoveryResolve="true" DiscoveryBye="true" RemoteDiscovery="false"/>
      </tds:Capabilities>`,
  },
  media: {
    path: '/onvif/media_service',
    namespace: 'http://www.onvif.org/ver10/media/wsdl',
    version: [2, 60],
    capabilities: () => xml`
      <trt:Capabilities SnapshotUri="true" Rotation="false" VideoSourceMode="false" OSD="false">
        <trt:ProfileCapabilities MaximumNumberOfProfiles="2"/>
        <trt:StreamingCapabilities RTPMulticast="false" RTP_TCP="true" RTP_RTSP_TCP="true"/>
      </trt:Capabilities>`,
  },
  ptz: {
    path: '/onvif/ptz_service',
    namespace: 'http://www.onvif.org/ver20/ptz/wsdl',
    version: [2, 60],
    capabilities: () => xml`<tptz:Capabilities EFlip="false" Reverse="false" MoveStatus="true" StatusPosition="true"/>`,
  },
  events: {
    path: '/onvif/events_service',
    namespace: 'http://www.onvif.org/ver10/events/wsdl',
    version: [2, 60],
    capabilities: (maxPullPoints) => {
      const policies =
        'WSSubscriptionPolicySupport="false" WSPullPointSupport="true" WSPausableSubscriptionManagerInterfaceSupport="false"'
      return {
        markup: `<tev:Capabilities ${policies} MaxNotificationProducers="0" MaxPullPoints="${String(maxPullPoints)}"/>`,
      }
    },
  },
} as const satisfies Record<string, ServiceEntry>

/** Where subscriptions live, each under its own id. */
export const pullPointPath = '/onvif/pull_point'
export const snapshotPath = '/snapshot.jpg'
