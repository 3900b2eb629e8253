import { Type, type Static } from 'typebox'
import type { Dialect } from './dialects.ts'

/**
 * Topics of the VZenith (臻识) plate cameras as their makers deliver them; they can be changed in the camera.
 * Whatever else a camera tells only shows that it is there.
 */
export const vzenithDialect: Dialect = {
  dialect: 'vzenith',
  up: [
    { form: 'device/{device}/message/up/ivs_result', channel: 'event' },
    { form: 'device/{device}/message/up/gpio_in', channel: 'event' },
    { form: 'device/{device}/message/up/{name}', channel: 'status' },
    { form: 'device/{device}/message/down/{name}/reply', channel: 'result' },
  ],
  down: [{ form: 'device/{device}/message/down/{name}', channel: 'command' }],
  isCaseless: true,
}

const Seconds = Type.Integer({ minimum: 0, maximum: 4_102_444_800 })
const Flag = Type.Integer({ minimum: 0, maximum: 1 })

/** `ivs_result`: what the camera has read. Fields that are not needed here are not named. */
export const VzenithRead = Type.Object({
  payload: Type.Object({
    AlarmInfoPlate: Type.Object({
      result: Type.Object({
        PlateResult: Type.Object({
          /** Base64 of UTF-8; several readings of one plate are joined by `|`. */
          license: Type.String({ maxLength: 400 }),
          confidence: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
          colorType: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
          /** Kind of plate, 0–19. */
          type: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
          /** 1 by itself, 2 by an input, 4 by software, 8 by the virtual loop; 64 a car does not move on, 65 it has, 66 it turned back. */
          triggerType: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
          /** 1: kept while the connection was gone. */
          isoffline: Type.Optional(Flag),
          /** 1: looks like a picture of a plate. */
          is_fake_plate: Type.Optional(Flag),
          /** 1: the plate is encrypted, and nobody but the maker's software can read it. */
          is_encrypted: Type.Optional(Flag),
          plateid: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
          timeStamp: Type.Object({
            Timeval: Type.Object({
              sec: Seconds,
              usec: Type.Optional(Type.Integer({ minimum: 0, maximum: 999_999 })),
            }),
          }),
        }),
      }),
    }),
  }),
})
export type VzenithRead = Static<typeof VzenithRead>

/** `gpio_in`: an input of the camera has changed. */
export const VzenithInput = Type.Object({
  id: Type.Optional(Type.String({ maxLength: 200 })),
  timestamp: Seconds,
  payload: Type.Object({
    body: Type.Object({
      AlarmGioIn: Type.Object({
        result: Type.Object({
          TriggerResult: Type.Object({
            source: Type.Integer({ minimum: 0, maximum: 255 }),
            /** 0 open, 1 closed, 2 closed for a moment. */
            value: Type.Integer({ minimum: 0, maximum: 2 }),
          }),
        }),
      }),
    }),
  }),
})
export type VzenithInput = Static<typeof VzenithInput>

/** `keep_alive` and everything else. */
export const VzenithAlive = Type.Object({ timestamp: Type.Optional(Seconds) })
export type VzenithAlive = Static<typeof VzenithAlive>

const MsgId = Type.String({ minLength: 1, maxLength: 64 })

/** The answer to a command: `state_code` with `msgId`, or `code` with `id` as newer firmware has it; 200 is done. */
export const VzenithAnswer = Type.Union([
  Type.Object({ state_code: Type.Integer(), msgId: MsgId }),
  Type.Object({ code: Type.Integer(), id: MsgId }),
])
export type VzenithAnswer = Static<typeof VzenithAnswer>

/** Down to `ivs_result`: let the car through. */
export const VzenithOpen = Type.Object({
  Response_AlarmInfoPlate: Type.Object({
    info: Type.Literal('ok'),
    /** Output that the barrier is wired to. */
    channelNum: Type.Integer({ minimum: 0, maximum: 3 }),
    /** How long it is closed, ms. */
    delay: Type.Integer({ minimum: 500, maximum: 5000 }),
    msgId: MsgId,
  }),
})
export type VzenithOpen = Static<typeof VzenithOpen>

/** Down to `gpio_out`: switch an output. */
export const VzenithOutput = Type.Object({
  id: MsgId,
  sn: Type.String({ maxLength: 64 }),
  name: Type.Literal('gpio_out'),
  version: Type.Literal('1.0'),
  timestamp: Seconds,
  payload: Type.Object({
    type: Type.Literal('gpio_out'),
    body: Type.Object({
      io: Type.Integer({ minimum: 0, maximum: 3 }),
      /** 0 open, 1 closed, 2 closed for `delay` ms. */
      value: Type.Integer({ minimum: 0, maximum: 2 }),
      delay: Type.Integer({ minimum: 500, maximum: 5000 }),
    }),
  }),
})
export type VzenithOutput = Static<typeof VzenithOutput>
