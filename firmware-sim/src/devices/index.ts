import { barrier } from './barrier.device.ts'
import { faceGate } from './face-gate.device.ts'
import { smoke } from './smoke.device.ts'
import { speaker } from './speaker.device.ts'
import { vzenithCamera } from './vzenith-camera.device.ts'

/** Every device the simulator plays over MQTT: one line each. */
export const simDevices = {
  barrier,
  'face-gate': faceGate,
  smoke,
  speaker,
  'vzenith-camera': vzenithCamera,
} as const
