import { defineSimDevice } from '../core/sim-device.ts'
import { barrier } from './barrier.device.ts'
import { vzenithSpeech } from './vzenith-speech.ts'

/** A VZenith plate camera whose output works a barrier: the lane of `barrier`, told in the dialect of its maker. */
export const vzenithCamera = defineSimDevice({ ...barrier, kind: 'vzenith-camera', speech: vzenithSpeech })
