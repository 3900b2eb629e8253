import { element, xml, type Xml } from './xml.ts'

export interface VideoProfile {
  readonly token: string
  readonly name: string
  readonly width: number
  readonly height: number
  readonly kilobitsPerSecond: number
  readonly h264Profile: 'Main' | 'High'
}

export const framesPerSecond = 25

/** A full picture for evidence and a small one for walls of many pictures. */
export const videoProfiles: readonly VideoProfile[] = [
  { token: 'main', name: 'Main stream', width: 1920, height: 1080, kilobitsPerSecond: 4096, h264Profile: 'High' },
  { token: 'sub', name: 'Sub stream', width: 640, height: 360, kilobitsPerSecond: 512, h264Profile: 'Main' },
]

export const encoderToken = ({ token }: VideoProfile) => `encoder-${token}`

export const videoSourceConfiguration = (name: string): Xml => {
  const content = xml`
    <tt:Name>video source</tt:Name>
    <tt:UseCount>${videoProfiles.length}</tt:UseCount>
    <tt:SourceToken>video-source</tt:SourceToken>
    <tt:Bounds x="0" y="0" width="1920" height="1080"/>`
  return element(name, content, 'video-source-config')
}

export const encoderConfiguration = (name: string, profile: VideoProfile): Xml => {
  const content = xml`
    <tt:Name>${profile.name}</tt:Name>
    <tt:UseCount>1</tt:UseCount>
    <tt:Encoding>H264</tt:Encoding>
    <tt:Resolution><tt:Width>${profile.width}</tt:Width><tt:Height>${profile.height}</tt:Height></tt:Resolution>
    <tt:Quality>4</tt:Quality>
    <tt:RateControl>
      <tt:FrameRateLimit>${framesPerSecond}</tt:FrameRateLimit>
      <tt:EncodingInterval>1</tt:EncodingInterval>
      <tt:BitrateLimit>${profile.kilobitsPerSecond}</tt:BitrateLimit>
    </tt:RateControl>
    <tt:H264>
      <tt:GovLength>${framesPerSecond}</tt:GovLength><tt:H264Profile>${profile.h264Profile}</tt:H264Profile>
    </tt:H264>
    <tt:Multicast>
      <tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>
      <tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart>
    </tt:Multicast>
    <tt:SessionTimeout>PT60S</tt:SessionTimeout>`
  return element(name, content, encoderToken(profile))
}

const spaces = 'http://www.onvif.org/ver10/tptz'

export const ptzConfiguration = (name: string): Xml => {
  const content = xml`
    <tt:Name>pan, tilt and zoom</tt:Name>
    <tt:UseCount>${videoProfiles.length}</tt:UseCount>
    <tt:NodeToken>ptz-node</tt:NodeToken>
    <tt:DefaultContinuousPanTiltVelocitySpace>${spaces}/PanTiltSpaces/VelocityGenericSpace</tt:DefaultContinuousPanTiltVelocitySpace>
    <tt:DefaultContinuousZoomVelocitySpace>${spaces}/ZoomSpaces/VelocityGenericSpace</tt:DefaultContinuousZoomVelocitySpace>
    <tt:DefaultPTZTimeout>PT10S</tt:DefaultPTZTimeout>`
  return element(name, content, 'ptz-config')
}

export const mediaProfile = (name: string, profile: VideoProfile): Xml => {
  const content = xml`
    <tt:Name>${profile.name}</tt:Name>
    ${videoSourceConfiguration('tt:VideoSourceConfiguration')}
    ${encoderConfiguration('tt:VideoEncoderConfiguration', profile)}
    ${ptzConfiguration('tt:PTZConfiguration')}`
  return { markup: element(name, content, profile.token).markup.replace(' token=', ' fixed="true" token=') }
}
