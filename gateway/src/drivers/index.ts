import type { Driver } from '../core/driver.ts'
import { barrier } from './barrier.driver.ts'
import { camera } from './camera/camera.driver.ts'
import { faceGate } from './face-gate.driver.ts'
import { smoke } from './smoke.driver.ts'
import { speaker } from './speaker.driver.ts'
import { vzenithCamera } from './vzenith-camera/vzenith-camera.driver.ts'

/** Every device kind the gateway can drive: one line each. */
export const drivers: readonly Driver[] = [barrier, camera, faceGate, smoke, speaker, vzenithCamera]
