import type { OnvifDriver, SessionDevice, SessionHost } from '../../core/driver.ts'
import type { OnvifEvent, OnvifProfile, OnvifSession } from '../../core/ports.ts'
import { TokenBucket } from '../../core/token-bucket.ts'
import { AppError, commandUnknown } from '../../errors.ts'
import { counterTopic, plainTopic } from './events.ts'
import { createCameraStates, type StateChange } from './states.ts'
import { watchStream } from './stream-watch.ts'

/** The telemetry of a camera has no other clock: nothing may change for hours. */
const reportMs = 30_000

/** Far more than happens before a lens; a camera gone mad must not fill the outbox. */
const beginnings = { perSecond: 1, burst: 30 }

const signalTypes = { motion: 'motion-changed', tampered: 'tampered' } as const

/** A camera without profiles still has events; one that does not answer is none. */
async function profilesOf(session: OnvifSession): Promise<readonly OnvifProfile[]> {
  try {
    return await session.profiles()
  } catch (reason) {
    if (reason instanceof AppError && reason.code !== 'CAMERA_UNREACHABLE') return []
    throw reason
  }
}

function pictureReadings(profile: OnvifProfile | undefined) {
  return {
    ...(profile?.encoding !== undefined && { encoding: profile.encoding }),
    ...(profile?.width && profile.height && { resolution: `${profile.width} × ${profile.height}` }),
  }
}

/** Cameras neither number their events nor tell time finer than a second, so that alone names none of them. */
function createSignaller(host: SessionHost) {
  let count = 0
  return ({ reading, active, news }: StateChange, { topic, at }: OnvifEvent) => {
    if (!news || (reading !== 'motion' && reading !== 'tampered')) return
    count += 1
    host.signal({ type: signalTypes[reading], active, topic }, { eventId: `${reading}-${at}-${count}`, at })
  }
}

/** Takes events in, tells readings and signals, and ends pulses. */
function createEventDesk(host: SessionHost) {
  const bucket = new TokenBucket(beginnings, Date.now())
  const states = createCameraStates(() => bucket.take(Date.now()) === 0)
  const signalChange = createSignaller(host)
  const pulses = new Map<string, NodeJS.Timeout>()

  function tell(change: StateChange, event: OnvifEvent) {
    host.readings({ [change.reading]: change.active })
    signalChange(change, event)
  }

  function startPulse({ reading, source }: StateChange, pulseMs: number, event: OnvifEvent) {
    clearTimeout(pulses.get(source))
    const end = () => {
      pulses.delete(source)
      tell(states.end(reading, source), { ...event, at: event.at + pulseMs })
    }
    pulses.set(source, setTimeout(end, pulseMs))
  }

  return {
    readings: () => states.readings(),
    take(event: OnvifEvent) {
      const count = plainTopic(event.topic) === counterTopic ? Number(event.values.Count ?? Number.NaN) : Number.NaN
      if (Number.isFinite(count)) host.readings({ counter: count })
      const change = states.take(event)
      if (!change) return
      tell(change, event)
      if (change.pulseMs !== undefined) startPulse(change, change.pulseMs, event)
    },
    forget: () => states.forget(),
    close: () => pulses.forEach((timer) => clearTimeout(timer)),
  }
}

export const connectCamera: OnvifDriver['connect'] = async (session, device, host): Promise<SessionDevice> => {
  const [profile] = await profilesOf(session)
  const desk = createEventDesk(host)
  let eventsLive = false
  const checked: { stream?: boolean } = {}

  const report = () =>
    host.readings({ clockOffset: session.clockOffsetMs(), eventsLive, ...checked, ...desk.readings() })
  host.readings({ clockOffset: session.clockOffsetMs(), eventsLive, ...pictureReadings(profile) })
  const timer = setInterval(report, reportMs)

  const stop = session.watch(
    (event) => desk.take(event),
    (state) => {
      eventsLive = state === 'live'
      // States from before a gap are stale. They come again, or stay unknown; false would be a lie.
      if (eventsLive) desk.forget()
      host.readings({ eventsLive })
    },
  )

  // Asked again when there was none: a camera that has just started may not know its profiles yet.
  const profileToken = async () => (profile ?? (await session.profiles())[0])?.token

  const stopWatchingStream = watchStream({
    session,
    token: profileToken,
    onChecked(stream) {
      checked.stream = stream
      host.readings({ stream })
    },
  })

  async function snapshot() {
    const token = await profileToken()
    if (token === undefined) throw new AppError('CAMERA_LACKS_FEATURE', 'The camera offers no video profile')
    return { picture: await host.keepPicture(await session.snapshot(token)) }
  }

  return {
    async command(name) {
      if (name !== 'snapshot') throw commandUnknown(device.deviceId, name)
      return snapshot()
    },
    async close() {
      clearInterval(timer)
      stopWatchingStream()
      await stop()
      desk.close()
    },
  }
}
