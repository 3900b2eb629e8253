import { SpeakerCommand, type SpeakerEvent, type SpeakerReport } from '@gatehouse/gateway/protocol'
import { drift } from '../core/drift.ts'
import { defineSimDevice, type Outcome, type SimContext } from '../core/sim-device.ts'

/** Synthesis of the first sentence. */
const prepareMs = 250
/** Announcements are spoken slowly: about four and a half characters a second. */
const msPerCharacter = 220
const waitingJobs = 8
const rememberedJobs = 50

interface Job {
  readonly jobId: string
  /** 0 is the most urgent. */
  readonly priority: number
  readonly durationMs: number
}

interface SpeakerState {
  playing: Job | undefined
  waiting: Job[]
  volumePercent: number
  temperatureCelsius: number
  knownJobs: string[]
}

type Sim = SimContext<SpeakerEvent>
type PlaybackState = SpeakerEvent['state']

const playback = (jobId: string, state: PlaybackState) => ({ type: 'playback', jobId, state }) as const

/** How long it takes to say a text, milliseconds. */
export const speechMs = (text: string) => 800 + text.length * msPerCharacter

function playNext(speaker: SpeakerState, sim: Sim) {
  const job = speaker.waiting.shift()
  speaker.playing = job
  if (!job) return
  sim.after('prepare', prepareMs, () => sim.emit(playback(job.jobId, 'started')))
  sim.after('play', prepareMs + job.durationMs, () => {
    sim.emit({ ...playback(job.jobId, 'finished'), durationMs: job.durationMs })
    playNext(speaker, sim)
  })
}

function interrupt(speaker: SpeakerState, sim: Sim) {
  sim.cancel('prepare')
  sim.cancel('play')
  const interrupted = speaker.playing
  speaker.playing = undefined
  return interrupted
}

function speak(speaker: SpeakerState, job: Job, sim: Sim): Outcome {
  if (speaker.knownJobs.includes(job.jobId)) return undefined
  if (speaker.waiting.length >= waitingJobs) return { code: 'SPEAKER_BUSY', message: 'Too many announcements wait' }
  speaker.knownJobs = [...speaker.knownJobs.slice(1 - rememberedJobs), job.jobId]
  const position = speaker.waiting.findIndex(({ priority }) => priority > job.priority)
  speaker.waiting.splice(position < 0 ? speaker.waiting.length : position, 0, job)
  if (speaker.playing && speaker.playing.priority > job.priority) {
    const { jobId } = speaker.playing
    interrupt(speaker, sim)
    sim.emit({ ...playback(jobId, 'pre-empted'), reason: 'a more urgent announcement' })
  }
  if (!speaker.playing) playNext(speaker, sim)
  return undefined
}

function stop(speaker: SpeakerState, sim: Sim) {
  const interrupted = interrupt(speaker, sim)
  const jobs = interrupted ? [interrupted, ...speaker.waiting] : speaker.waiting
  speaker.waiting = []
  for (const { jobId } of jobs) sim.emit({ ...playback(jobId, 'failed'), reason: 'stopped by an operator' })
}

/** A horn with its own speech synthesis: one voice at a time, the more urgent first. */
export const speaker = defineSimDevice<SpeakerState, SpeakerReport, SpeakerEvent, SpeakerCommand, never>({
  kind: 'speaker',
  initial: { playing: undefined, waiting: [], volumePercent: 60, temperatureCelsius: 22, knownJobs: [] },
  command: SpeakerCommand,
  report: ({ playing, volumePercent, temperatureCelsius }) => ({
    playing: playing !== undefined,
    volumePercent,
    temperatureCelsius,
  }),
  onCommand(state, command, sim) {
    switch (command.op) {
      case 'speak': {
        const { jobId, priority, text } = command
        if (sim.isStuck()) return { code: 'AMPLIFIER_FAULT', message: 'The amplifier does not answer' }
        return speak(state, { jobId, priority, durationMs: speechMs(text) }, sim)
      }
      case 'stop':
        stop(state, sim)
        return undefined
      case 'volume':
        state.volumePercent = command.percent
        return undefined
    }
  },
  onStimulus() {
    // Nothing in the street acts on a loudspeaker.
  },
  onTick(state, sim) {
    state.temperatureCelsius = drift(state.temperatureCelsius, sim.random)
  },
})
