import { invalidArgument } from './faults.ts'
import { streamPath } from './stream-description.ts'
import { requiredText, type Call, type Service } from './service.ts'
import { serviceList, snapshotPath } from './service-list.ts'
import {
  encoderConfiguration,
  encoderToken,
  framesPerSecond,
  mediaProfile,
  videoProfiles,
  videoSourceConfiguration,
  type VideoProfile,
} from './video-profiles.ts'
import { xml, type Xml } from './xml.ts'

export function profileOf(call: Call): VideoProfile {
  const token = requiredText(call, 'ProfileToken')
  const profile = videoProfiles.find((known) => known.token === token)
  if (!profile) throw invalidArgument('There is no such profile', 'ter:NoProfile')
  return profile
}

function encoderOf(call: Call): VideoProfile {
  const token = requiredText(call, 'ConfigurationToken')
  const profile = videoProfiles.find((known) => encoderToken(known) === token)
  if (!profile) throw invalidArgument('There is no such configuration', 'ter:NoConfig')
  return profile
}

const mediaUri = (uri: string): Xml => xml`
  <trt:MediaUri>
    <tt:Uri>${uri}</tt:Uri>
    <tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>
    <tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>
    <tt:Timeout>PT60S</tt:Timeout>
  </trt:MediaUri>`

const getStreamUri = (call: Call): Xml => {
  const { camera } = call
  const uri = `rtsp://${camera.options.host}:${String(camera.streamPort)}${streamPath(camera, profileOf(call).token)}`
  return xml`<trt:GetStreamUriResponse>${mediaUri(uri)}</trt:GetStreamUriResponse>`
}

const getSnapshotUri = (call: Call): Xml => {
  const uri = call.camera.address(`${snapshotPath}?channel=1&profile=${profileOf(call).token}`)
  return xml`<trt:GetSnapshotUriResponse>${mediaUri(uri)}</trt:GetSnapshotUriResponse>`
}

const resolution = ({ width, height }: VideoProfile): Xml => xml`
  <tt:ResolutionsAvailable><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:ResolutionsAvailable>`

const getEncoderOptions = (): Xml => xml`
  <trt:GetVideoEncoderConfigurationOptionsResponse>
    <trt:Options>
      <tt:QualityRange><tt:Min>1</tt:Min><tt:Max>6</tt:Max></tt:QualityRange>
      <tt:H264>
        ${videoProfiles.map(resolution)}
        <tt:GovLengthRange><tt:Min>1</tt:Min><tt:Max>100</tt:Max></tt:GovLengthRange>
        <tt:FrameRateRange><tt:Min>1</tt:Min><tt:Max>${framesPerSecond}</tt:Max></tt:FrameRateRange>
        <tt:EncodingIntervalRange><tt:Min>1</tt:Min><tt:Max>1</tt:Max></tt:EncodingIntervalRange>
        <tt:H264ProfilesSupported>Main</tt:H264ProfilesSupported>
        <tt:H264ProfilesSupported>High</tt:H264ProfilesSupported>
      </tt:H264>
    </trt:Options>
  </trt:GetVideoEncoderConfigurationOptionsResponse>`

/** What the camera sees and how to get at it (ONVIF Media 5). */
export const mediaService: Service = {
  open: {
    GetServiceCapabilities: () => xml`
      <trt:GetServiceCapabilitiesResponse>${serviceList.media.capabilities()}</trt:GetServiceCapabilitiesResponse>`,
  },
  guarded: {
    GetProfiles: () => xml`
      <trt:GetProfilesResponse>
        ${videoProfiles.map((profile) => mediaProfile('trt:Profiles', profile))}
      </trt:GetProfilesResponse>`,
    GetProfile: (call) => xml`
      <trt:GetProfileResponse>${mediaProfile('trt:Profile', profileOf(call))}</trt:GetProfileResponse>`,
    GetVideoSources: () => xml`
      <trt:GetVideoSourcesResponse>
        <trt:VideoSources token="video-source">
          <tt:Framerate>${framesPerSecond}</tt:Framerate>
          <tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution>
        </trt:VideoSources>
      </trt:GetVideoSourcesResponse>`,
    GetVideoSourceConfigurations: () => xml`
      <trt:GetVideoSourceConfigurationsResponse>
        ${videoSourceConfiguration('trt:Configurations')}
      </trt:GetVideoSourceConfigurationsResponse>`,
    GetVideoEncoderConfiguration: (call) => xml`
      <trt:GetVideoEncoderConfigurationResponse>
        ${encoderConfiguration('trt:Configuration', encoderOf(call))}
      </trt:GetVideoEncoderConfigurationResponse>`,
    GetVideoEncoderConfigurations: () => xml`
      <trt:GetVideoEncoderConfigurationsResponse>
        ${videoProfiles.map((profile) => encoderConfiguration('trt:Configurations', profile))}
      </trt:GetVideoEncoderConfigurationsResponse>`,
    GetVideoEncoderConfigurationOptions: getEncoderOptions,
    GetStreamUri: getStreamUri,
    GetSnapshotUri: getSnapshotUri,
  },
}
