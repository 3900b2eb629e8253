import { invalidArgument } from './faults.ts'
import { profileOf } from './media-service.ts'
import { presets, type Direction } from './pan-tilt-zoom.ts'
import { durationOf, requiredText, type Call, type Service } from './service.ts'
import { serviceList } from './service-list.ts'
import { ptzConfiguration } from './video-profiles.ts'
import { attributeOf, child, xml, type Xml } from './xml.ts'
import { formatTime } from './xml-time.ts'

const moveLimits = { fallbackMs: 10_000, maxMs: 60_000 }
const velocitySpace = (kind: string) => `http://www.onvif.org/ver10/tptz/${kind}Spaces/VelocityGenericSpace`

function speedOf({ argument }: Call): Direction {
  const speed = (axis: string, name: string) => {
    const value = Number(attributeOf(child(argument, 'Velocity', axis), name) ?? 0)
    if (!(Math.abs(value) <= 1)) throw invalidArgument('A speed is from -1 to 1', 'ter:InvalidVelocity')
    return value
  }
  return { pan: speed('PanTilt', 'x'), tilt: speed('PanTilt', 'y'), zoom: speed('Zoom', 'x') }
}

const position = ({ pan, tilt, zoom }: Direction): Xml => xml`
  <tt:PanTilt x="${pan.toFixed(3)}" y="${tilt.toFixed(3)}"/><tt:Zoom x="${zoom.toFixed(3)}"/>`

function getStatus(call: Call): Xml {
  profileOf(call)
  const { direction, isMoving } = call.camera.ptz.status()
  const moving = isMoving ? 'MOVING' : 'IDLE'
  return xml`
    <tptz:GetStatusResponse>
      <tptz:PTZStatus>
        <tt:Position>${position(direction)}</tt:Position>
        <tt:MoveStatus><tt:PanTilt>${moving}</tt:PanTilt><tt:Zoom>${moving}</tt:Zoom></tt:MoveStatus>
        <tt:UtcTime>${formatTime(call.camera.now())}</tt:UtcTime>
      </tptz:PTZStatus>
    </tptz:GetStatusResponse>`
}

function continuousMove(call: Call): Xml {
  profileOf(call)
  call.camera.ptz.move(speedOf(call), durationOf(call, 'Timeout', moveLimits))
  return xml`<tptz:ContinuousMoveResponse/>`
}

function stop(call: Call): Xml {
  profileOf(call)
  call.camera.ptz.stop()
  return xml`<tptz:StopResponse/>`
}

function getPresets(call: Call): Xml {
  profileOf(call)
  const list = Object.entries(presets).map(
    ([token, { name, direction }]) => xml`
      <tptz:Preset token="${token}">
        <tt:Name>${name}</tt:Name><tt:PTZPosition>${position(direction)}</tt:PTZPosition>
      </tptz:Preset>`,
  )
  return xml`<tptz:GetPresetsResponse>${list}</tptz:GetPresetsResponse>`
}

function goToPreset(call: Call): Xml {
  profileOf(call)
  const token = requiredText(call, 'PresetToken')
  const preset = Object.hasOwn(presets, token) ? presets[token] : undefined
  if (!preset) throw invalidArgument('There is no such preset', 'ter:NoToken')
  call.camera.ptz.goTo(preset.direction)
  return xml`<tptz:GotoPresetResponse/>`
}

const getNodes = (): Xml => xml`
  <tptz:GetNodesResponse>
    <tptz:PTZNode token="ptz-node">
      <tt:Name>pan, tilt and zoom</tt:Name>
      <tt:SupportedPTZSpaces>
        <tt:ContinuousPanTiltVelocitySpace>
          <tt:URI>${velocitySpace('PanTilt')}</tt:URI>
          <tt:XRange><tt:Min>-1</tt:Min><tt:Max>1</tt:Max></tt:XRange>
          <tt:YRange><tt:Min>-1</tt:Min><tt:Max>1</tt:Max></tt:YRange>
        </tt:ContinuousPanTiltVelocitySpace>
        <tt:ContinuousZoomVelocitySpace>
          <tt:URI>${velocitySpace('Zoom')}</tt:URI>
          <tt:XRange><tt:Min>-1</tt:Min><tt:Max>1</tt:Max></tt:XRange>
        </tt:ContinuousZoomVelocitySpace>
      </tt:SupportedPTZSpaces>
      <tt:MaximumNumberOfPresets>${Object.keys(presets).length}</tt:MaximumNumberOfPresets>
      <tt:HomeSupported>false</tt:HomeSupported>
    </tptz:PTZNode>
  </tptz:GetNodesResponse>`

/** Where the camera looks (ONVIF PTZ 5). */
export const ptzService: Service = {
  open: {
    GetServiceCapabilities: () => xml`
      <tptz:GetServiceCapabilitiesResponse>${serviceList.ptz.capabilities()}</tptz:GetServiceCapabilitiesResponse>`,
  },
  guarded: {
    GetNodes: getNodes,
    GetConfigurations: () => xml`
      <tptz:GetConfigurationsResponse>${ptzConfiguration('tptz:PTZConfiguration')}</tptz:GetConfigurationsResponse>`,
    GetStatus: getStatus,
    ContinuousMove: continuousMove,
    Stop: stop,
    GetPresets: getPresets,
    GotoPreset: goToPreset,
  },
}
