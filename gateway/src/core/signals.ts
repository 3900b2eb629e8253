import type { AreaEventBody } from '@gatehouse/platform/contract'

type Picture = { readonly picture?: string | undefined }

/** What a device event means, whatever the maker's dialect: the only thing that areas see of it. */
export type DeviceSignal =
  | ({
      readonly type: 'vehicle-recognised'
      plate: string
      colour: string
      confidence: number
      /** What else the camera may have read, the likeliest first. */
      candidates?: readonly string[] | undefined
      /** The camera takes it for a picture of a plate, not for a plate. */
      isFake?: boolean | undefined
    } & Picture)
  | { readonly type: 'vehicle-passed' }
  | { readonly type: 'vehicle-reversed' }
  /** The controller itself has seen that a car did what it was not opened for. */
  | ({ readonly type: 'lane-anomaly'; anomaly: AreaEventBody<'parking.lane-anomaly'>['kind'] } & Picture)
  /** How a lane stands now: told when it changes, and once after the gateway has started. */
  | {
      readonly type: 'lane-state-changed'
      arm?: 'closed' | 'opening' | 'open' | 'closing' | 'fault' | undefined
      /** Whether the loop under the arm is occupied. */
      loop?: boolean | undefined
      /** Whether the radar sees something under the arm. */
      radar?: boolean | undefined
    }
  | ({ readonly type: 'help-requested' } & Picture)
  | ({ readonly type: 'face-recognised'; faceId: string; score: number; liveness: number } & Picture)
  | ({ readonly type: 'stranger-seen'; liveness: number } & Picture)
  | { readonly type: 'card-presented'; card: string }
  | { readonly type: 'door-alarm'; alarm: 'forced' | 'held-open' | 'tamper' }
  | {
      readonly type: 'alarm-raised'
      /** Becomes the alert type `sensors.<alarm>`. */
      alarm: string
      severity: AreaEventBody<'sensors.alarm-raised'>['severity']
      level?: number
      /** Whether every exit of the building must open at once. */
      opensExits: boolean
    }
  | { readonly type: 'alarm-cleared'; alarm: string }
  | { readonly type: 'motion-changed'; active: boolean; topic: string }
  | { readonly type: 'tampered'; active: boolean; topic: string }
  | {
      readonly type: 'playback-changed'
      broadcastId: string
      state: AreaEventBody<'broadcast.progress'>['state']
      durationMs?: number | undefined
      reason?: string | undefined
    }

export type SignalType = DeviceSignal['type']

/** A signal with where and when. */
export interface SignalContext {
  readonly deviceId: string
  /** The device's own name for the event: the same event never counts twice. */
  readonly eventId: string
  /** Device time, UTC ms. */
  readonly at: number
  readonly replayed: boolean
}
