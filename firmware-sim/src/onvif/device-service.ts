import type { Camera } from './camera.ts'
import { invalidArgument } from './faults.ts'
import type { Call, Service } from './service.ts'
import { serviceList, type ServiceEntry } from './service-list.ts'
import { child, textOf, xml, type Xml } from './xml.ts'

const manufacturer = 'Gatehouse'
const firmwareVersion = '1.0.0'

const dateAndTime = (at: Date): Xml => xml`
  <tt:Time>
    <tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute><tt:Second>${at.getUTCSeconds()}</tt:Second>
  </tt:Time>
  <tt:Date>
    <tt:Year>${at.getUTCFullYear()}</tt:Year><tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day>
  </tt:Date>`

const getSystemDateAndTime = ({ camera }: Call): Xml => xml`
  <tds:GetSystemDateAndTimeResponse>
    <tds:SystemDateAndTime>
      <tt:DateTimeType>Manual</tt:DateTimeType>
      <tt:DaylightSavings>false</tt:DaylightSavings>
      <tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>
      <tt:UTCDateTime>${dateAndTime(new Date(camera.now()))}</tt:UTCDateTime>
      <tt:LocalDateTime>${dateAndTime(new Date(camera.now()))}</tt:LocalDateTime>
    </tds:SystemDateAndTime>
  </tds:GetSystemDateAndTimeResponse>`

function setSystemDateAndTime({ camera, argument }: Call): Xml {
  const at = child(argument, 'UTCDateTime')
  const part = (...path: readonly string[]) => Number(textOf(at, ...path) ?? Number.NaN)
  const wanted = Date.UTC(
    ...([part('Date', 'Year'), part('Date', 'Month') - 1, part('Date', 'Day')] as const),
    ...([part('Time', 'Hour'), part('Time', 'Minute'), part('Time', 'Second')] as const),
  )
  if (Number.isNaN(wanted)) throw invalidArgument('UTCDateTime is no time', 'ter:InvalidDateTime')
  camera.setClockSkew(wanted - Date.now())
  return xml`<tds:SetSystemDateAndTimeResponse/>`
}

const addressOf = (camera: Camera, service: ServiceEntry) => xml`<tt:XAddr>${camera.address(service.path)}</tt:XAddr>`

const getCapabilities = ({ camera }: Call): Xml => xml`
  <tds:GetCapabilitiesResponse>
    <tds:Capabilities>
      <tt:Device>
        ${addressOf(camera, serviceList.device)}
        <tt:Security>
          <tt:TLS1.1>false</tt:TLS1.1><tt:TLS1.2>false</tt:TLS1.2>
          <tt:OnboardKeyGeneration>false</tt:OnboardKeyGeneration><tt:AccessPolicyConfig>false</tt:AccessPolicyConfig>
          <tt:X.509Token>false</tt:X.509Token><tt:SAMLToken>false</tt:SAMLToken>
          <tt:KerberosToken>false</tt:KerberosToken><tt:RELToken>false</tt:RELToken>
        </tt:Security>
      </tt:Device>
      <tt:Events>
        ${addressOf(camera, serviceList.events)}
        <tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>
        <tt:WSPullPointSupport>true</tt:WSPullPointSupport>
        <tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport>
      </tt:Events>
      <tt:Media>
        ${addressOf(camera, serviceList.media)}
        <tt:StreamingCapabilities>
          <tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP>
        </tt:StreamingCapabilities>
      </tt:Media>
      <tt:PTZ>${addressOf(camera, serviceList.ptz)}</tt:PTZ>
    </tds:Capabilities>
  </tds:GetCapabilitiesResponse>`

function getServices({ camera, argument }: Call): Xml {
  const withCapabilities = textOf(argument, 'IncludeCapability') === 'true'
  const services = Object.values(serviceList).map(({ namespace, path, version: [major, minor], capabilities }) => {
    const inner = capabilities(camera.rules.maxPullPoints)
    return xml`
      <tds:Service>
        <tds:Namespace>${namespace}</tds:Namespace>
        <tds:XAddr>${camera.address(path)}</tds:XAddr>
        ${withCapabilities ? xml`<tds:Capabilities>${inner}</tds:Capabilities>` : xml``}
        <tds:Version><tt:Major>${major}</tt:Major><tt:Minor>${minor}</tt:Minor></tds:Version>
      </tds:Service>`
  })
  return xml`<tds:GetServicesResponse>${services}</tds:GetServicesResponse>`
}

const getServiceCapabilities = (): Xml => xml`
  <tds:GetServiceCapabilitiesResponse>${serviceList.device.capabilities()}</tds:GetServiceCapabilitiesResponse>`

const getHostname = ({ camera }: Call): Xml => xml`
  <tds:GetHostnameResponse>
    <tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>${camera.options.id}</tt:Name></tds:HostnameInformation>
  </tds:GetHostnameResponse>`

const getDeviceInformation = ({ camera }: Call): Xml => xml`
  <tds:GetDeviceInformationResponse>
    <tds:Manufacturer>${manufacturer}</tds:Manufacturer>
    <tds:Model>${camera.model}</tds:Model>
    <tds:FirmwareVersion>${firmwareVersion}</tds:FirmwareVersion>
    <tds:SerialNumber>${camera.serialNumber}</tds:SerialNumber>
    <tds:HardwareId>${camera.model}</tds:HardwareId>
  </tds:GetDeviceInformationResponse>`

/** Scopes also go into the answers of WS-Discovery. */
export const scopesOf = (camera: Camera): readonly string[] =>
  [
    'type/video_encoder',
    'type/ptz',
    'Profile/Streaming',
    `hardware/${encodeURIComponent(camera.model)}`,
    `name/${encodeURIComponent(camera.options.name)}`,
  ].map((scope) => `onvif://www.onvif.org/${scope}`)

const getScopes = ({ camera }: Call): Xml => {
  const scopes = scopesOf(camera).map(
    (scope) => xml`
      <tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>${scope}</tt:ScopeItem></tds:Scopes>`,
  )
  return xml`<tds:GetScopesResponse>${scopes}</tds:GetScopesResponse>`
}

const getNetworkInterfaces = ({ camera }: Call): Xml => xml`
  <tds:GetNetworkInterfacesResponse>
    <tds:NetworkInterfaces token="eth0">
      <tt:Enabled>true</tt:Enabled>
      <tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>${camera.macAddress}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info>
      <tt:IPv4>
        <tt:Enabled>true</tt:Enabled>
        <tt:Config>
          <tt:Manual><tt:Address>${camera.options.host}</tt:Address><tt:PrefixLength>8</tt:PrefixLength></tt:Manual>
          <tt:DHCP>false</tt:DHCP>
        </tt:Config>
      </tt:IPv4>
    </tds:NetworkInterfaces>
  </tds:GetNetworkInterfacesResponse>`

const getNetworkProtocols = ({ camera }: Call): Xml => {
  const ports = { HTTP: camera.port, RTSP: camera.rules.streamPort }
  const protocols = Object.entries(ports).map(
    ([name, port]) => xml`
      <tds:NetworkProtocols>
        <tt:Name>${name}</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>${port}</tt:Port>
      </tds:NetworkProtocols>`,
  )
  return xml`<tds:GetNetworkProtocolsResponse>${protocols}</tds:GetNetworkProtocolsResponse>`
}

const getUsers = ({ camera }: Call): Xml => xml`
  <tds:GetUsersResponse>
    <tds:User><tt:Username>${camera.options.username}</tt:Username><tt:UserLevel>Administrator</tt:UserLevel></tds:User>
  </tds:GetUsersResponse>`

/** Who the camera is, what its clock says and which services it has (ONVIF Core 8). */
export const deviceService: Service = {
  open: {
    GetSystemDateAndTime: getSystemDateAndTime,
    GetCapabilities: getCapabilities,
    GetServices: getServices,
    GetServiceCapabilities: getServiceCapabilities,
    GetHostname: getHostname,
  },
  guarded: {
    SetSystemDateAndTime: setSystemDateAndTime,
    GetDeviceInformation: getDeviceInformation,
    GetScopes: getScopes,
    GetNetworkInterfaces: getNetworkInterfaces,
    GetNetworkProtocols: getNetworkProtocols,
    GetNetworkDefaultGateway: () => xml`
      <tds:GetNetworkDefaultGatewayResponse>
        <tds:NetworkGateway><tt:IPv4Address>127.0.0.1</tt:IPv4Address></tds:NetworkGateway>
      </tds:GetNetworkDefaultGatewayResponse>`,
    GetDNS: () => xml`
      <tds:GetDNSResponse><tds:DNSInformation><tt:FromDHCP>false</tt:FromDHCP></tds:DNSInformation></tds:GetDNSResponse>`,
    GetNTP: () => xml`
      <tds:GetNTPResponse><tds:NTPInformation><tt:FromDHCP>false</tt:FromDHCP></tds:NTPInformation></tds:GetNTPResponse>`,
    GetDiscoveryMode: () => xml`
      <tds:GetDiscoveryModeResponse><tds:DiscoveryMode>Discoverable</tds:DiscoveryMode></tds:GetDiscoveryModeResponse>`,
    GetUsers: getUsers,
  },
}
