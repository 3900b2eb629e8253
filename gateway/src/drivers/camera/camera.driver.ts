import { binary, command, numeric, text } from '@gatehouse/platform/contract'
import { Type } from 'typebox'
import type { OnvifDriver } from '../../core/driver.ts'
import { connectCamera } from './connected-camera.ts'

/** Any camera with ONVIF Profile S or T. Motion and tampering become signals; pictures are taken on command only. */
export const camera: OnvifDriver = {
  kind: 'camera',
  transport: 'onvif',
  capabilities: {
    motion: binary('Motion'),
    tampered: binary('Tampered with'),
    pictureFault: binary('Picture too dark, bright or blurred'),
    hardwareFault: binary('Hardware fault'),
    sound: binary('Sound detected'),
    input: binary('Digital input'),
    relay: binary('Relay'),
    counter: numeric('Objects counted', ''),
    clockOffset: numeric('Clock offset', 'ms'),
    eventsLive: binary('Events live'),
    stream: binary('Video stream'),
    encoding: text('Video encoding'),
    resolution: text('Resolution'),
    snapshot: command('Take a picture', Type.Object({}), { idempotent: true }),
  },
  connect: connectCamera,
}
