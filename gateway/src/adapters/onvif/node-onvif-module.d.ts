/** What we use of node-onvif 0.1.7, which ships no types. */
declare module 'node-onvif/lib/modules/soap.js' {
  interface Answer {
    soap: string
    formatted: string
    converted: unknown
    data: unknown
  }
  /** One object for the whole process: every service calls it. */
  const soap: {
    createRequestSoap: (request: { body: string; xmlns?: readonly string[] }) => string
    requestCommand: (address: { href: string }, method: string, envelope: string) => Promise<Answer>
  }
  export = soap
}

declare module 'node-onvif/lib/modules/service-device.js' {
  class OnvifServiceDevice {
    constructor(options: { xaddr: string })
    getCapabilities(): Promise<{ data: unknown }>
    getServices(options: { IncludeCapability: boolean }): Promise<{ data: unknown }>
    getDeviceInformation(): Promise<{ data: unknown }>
  }
  export = OnvifServiceDevice
}

declare module 'node-onvif/lib/modules/service-media.js' {
  class OnvifServiceMedia {
    constructor(options: { xaddr: string })
    getProfiles(): Promise<{ data: unknown }>
    getStreamUri(options: { ProfileToken: string; Protocol: 'UDP' | 'HTTP' | 'RTSP' }): Promise<{ data: unknown }>
    getSnapshotUri(options: { ProfileToken: string }): Promise<{ data: unknown }>
  }
  export = OnvifServiceMedia
}
