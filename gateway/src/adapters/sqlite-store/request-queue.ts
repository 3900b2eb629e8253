import { storeUnavailable } from '../../errors.ts'
import type { StoreGroup, StoreReply, StoreRequest } from './requests.ts'

interface Waiting {
  readonly request: StoreRequest
  readonly since: number
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

interface UnderWay {
  readonly id: string
  readonly waiting: readonly Waiting[]
  tries: number
}

/** So many requests share one transaction and one sync of the disk; more wait for the next. */
const maxGroup = 1000
/** More gather only when the disk hangs: then devices keep what they have to say. */
const maxWaiting = 50_000
/** A group that has cost two threads their life is not asked a third time. */
const maxTries = 2

const toStoreError = (error: Error) => storeUnavailable(error.message, { cause: error })

/**
 * Requests on their way to the thread: one group under way, the others gathering behind it. A group stays under way
 * until it is answered, also beyond the death of the thread that had it.
 */
export class RequestQueue {
  readonly #send: (group: StoreGroup) => void
  readonly #boot = crypto.randomUUID()
  #waiting: Waiting[] = []
  #underWay: UnderWay | undefined
  #groups = 0
  #isUp = false
  #isClosed = false
  #idle = Promise.withResolvers<undefined>()

  constructor(send: (group: StoreGroup) => void) {
    this.#send = send
  }

  ask(request: StoreRequest): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(storeUnavailable('it is closed'))
    if (this.#waiting.length >= maxWaiting) return Promise.reject(storeUnavailable('too much waits for the disk'))
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ request, since: Date.now(), resolve, reject })
      if (!this.#underWay) this.#sendNext()
    })
  }

  answer(replies: readonly StoreReply[]): void {
    const answered = this.#underWay?.waiting ?? []
    this.#underWay = undefined
    const refusal = replies.find((reply) => !reply.ok && reply.ofGroup)
    const swept = refusal ? this.#takeMessages() : []
    this.#sendNext()
    answered.forEach(({ resolve, reject }, index) => {
      const reply = replies[index]
      if (reply?.ok) resolve(reply.answer)
      else reject(toStoreError(reply?.error ?? new Error('no answer')))
    })
    for (const { reject } of swept)
      reject(toStoreError(refusal && !refusal.ok ? refusal.error : new Error('no answer')))
  }

  /** A thread is there: it gets what its predecessor has not answered. */
  resume(): void {
    this.#isUp = true
    this.#sendNext()
  }

  /** The thread has died. */
  pause(): void {
    this.#isUp = false
    if (this.#underWay && this.#underWay.tries >= maxTries) this.#rejectUnderWay('its thread ended over this twice')
  }

  /** Tells those who wait since before `before` that no thread comes; as long as there is one, they are answered. */
  giveUp(before: number): void {
    if (this.#isUp) return
    const problem = 'its thread does not come back'
    if (this.#underWay?.waiting.some(({ since }) => since < before)) this.#rejectUnderWay(problem)
    const late = this.#waiting.filter(({ since }) => since < before)
    this.#waiting = this.#waiting.filter(({ since }) => since >= before)
    if (late.length > 0) late.push(...this.#takeMessages())
    for (const { reject } of late) reject(storeUnavailable(problem))
    this.#noteIdle()
  }

  /** Resolves when everything that was asked is answered; nothing more is taken. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#noteIdle()
    await this.#idle.promise
  }

  #sendNext(): void {
    if (!this.#isUp) return
    if (!this.#underWay && this.#waiting.length > 0) {
      this.#groups += 1
      const id = `${this.#boot}/${this.#groups}`
      this.#underWay = { id, waiting: this.#waiting.splice(0, maxGroup), tries: 0 }
    }
    this.#noteIdle()
    if (!this.#underWay) return
    this.#underWay.tries += 1
    this.#send({ id: this.#underWay.id, requests: this.#underWay.waiting.map(({ request }) => request) })
  }

  #rejectUnderWay(problem: string): void {
    const refused = [...(this.#underWay?.waiting ?? []), ...this.#takeMessages()]
    this.#underWay = undefined
    for (const { reject } of refused) reject(storeUnavailable(problem))
  }

  /** Messages of devices that wait: one that was sent earlier was refused, and they must not be stored before it. */
  #takeMessages(): Waiting[] {
    const isMessage = ({ request }: Waiting) => request.kind === 'commit' && request.cause !== undefined
    const messages = this.#waiting.filter(isMessage)
    this.#waiting = this.#waiting.filter((waiting) => !isMessage(waiting))
    return messages
  }

  #noteIdle(): void {
    if (this.#isClosed && !this.#underWay && this.#waiting.length === 0) this.#idle.resolve(undefined)
  }
}
