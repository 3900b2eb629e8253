import type { SignInAnswer } from './ports.ts'

export interface FailureReport {
  /** A device of the house; `undefined` for many names from one address. */
  readonly deviceId: string | undefined
  readonly failures: number
  readonly minutes: number
  readonly addresses: readonly string[]
}

interface SignInGuardOptions {
  /** Milliseconds that never go back. */
  readonly now: () => number
  readonly onManyFailures: (report: FailureReport) => void
}

export interface SignInAttempt {
  readonly deviceId: string
  readonly address: string
  /** Whether there is such a device. */
  readonly isKnown: boolean
  /** Looks at the credential; called only when it is the attempt's turn. */
  readonly check: () => boolean
}

/** Failures of one subject: a device at an address, an address, or a device. */
interface Failures {
  /** Since the last success. */
  count: number
  /** Nothing is looked at before. */
  waitUntil: number
  /** For the report: those of the present window. */
  windowFrom: number
  inWindow: number
  reportedAt: number
  readonly addresses: Set<string>
}

/** A mistyped secret costs nobody anything; a program that guesses is slowed down at once. */
const freeOfDevice = 5
/** Behind one address there may be several devices that an installer is setting up. */
const freeOfAddress = 30
const firstWaitMs = 1000
const maxWaitMs = 60_000
const windowMs = 10 * 60_000
/** Throttled attempts do not count; whoever goes on gets past these within the window. */
const manyOfDevice = 20
const manyOfAddress = 40
const reportEveryMs = 3_600_000
/** Addresses of IPv6 are without number: the oldest are forgotten first. */
const maxSubjects = 20_000
const addressesTold = 8

/**
 * Slows down whoever tries secrets: each device at each address by itself, so that nobody can lock a device out from
 * somewhere else; beyond that each address, with all names that it tries, but for the devices that have signed in
 * from there before.
 */
export class SignInGuard {
  readonly #options: SignInGuardOptions
  readonly #pairs = new Map<string, Failures>()
  readonly #addresses = new Map<string, Failures>()
  readonly #devices = new Map<string, Failures>()
  /** Devices at addresses where they have been. */
  readonly #trusted = new Set<string>()

  constructor(options: SignInGuardOptions) {
    this.#options = options
  }

  attempt({ deviceId, address, isKnown, check }: SignInAttempt): SignInAnswer {
    const now = this.#options.now()
    const place = networkOf(address)
    const pair = `${deviceId} ${place}`
    const isTrusted = this.#trusted.has(pair)
    if (isWaiting(this.#pairs.get(pair), now) || (!isTrusted && isWaiting(this.#addresses.get(place), now))) {
      return 'throttled'
    }
    if (check()) {
      this.#pairs.delete(pair)
      remember(this.#trusted, pair)
      return 'admitted'
    }
    // Names that do not exist are without number: they count for their address only.
    if (isKnown) this.#failed(this.#pairs, pair, freeOfDevice)
    const ofAddress = this.#failed(this.#addresses, place, freeOfAddress)
    if (isKnown) this.#tell(this.#failed(this.#devices, deviceId, Infinity), manyOfDevice, { deviceId, place })
    else this.#tell(ofAddress, manyOfAddress, { deviceId: undefined, place })
    return 'refused'
  }

  #failed(subjects: Map<string, Failures>, key: string, free: number): Failures {
    const now = this.#options.now()
    const failures = subjects.get(key) ?? emptyFailures(now)
    // Silence for as long as the longest wait, and another: a new beginning.
    if (failures.waitUntil > 0 && now - failures.waitUntil > windowMs) failures.count = 0
    failures.count += 1
    if (failures.count >= free) {
      failures.waitUntil = now + Math.min(maxWaitMs, firstWaitMs * 2 ** Math.min(16, failures.count - free))
    }
    if (now - failures.windowFrom > windowMs) {
      failures.windowFrom = now
      failures.inWindow = 0
      failures.addresses.clear()
    }
    failures.inWindow += 1
    subjects.delete(key) // to the end: the oldest stand first
    subjects.set(key, failures)
    dropOldest(subjects)
    return failures
  }

  #tell(failures: Failures, many: number, { deviceId, place }: { deviceId: string | undefined; place: string }) {
    const now = this.#options.now()
    if (failures.addresses.size < addressesTold) failures.addresses.add(place)
    if (failures.inWindow < many || now - failures.reportedAt < reportEveryMs) return
    failures.reportedAt = now
    this.#options.onManyFailures({
      deviceId,
      failures: failures.inWindow,
      minutes: windowMs / 60_000,
      addresses: [...failures.addresses],
    })
  }
}

const emptyFailures = (now: number): Failures => ({
  ...{ count: 0, waitUntil: 0, windowFrom: now, inWindow: 0 },
  reportedAt: -Infinity,
  addresses: new Set(),
})

const isWaiting = (failures: Failures | undefined, now: number) => failures !== undefined && now < failures.waitUntil

function remember(trusted: Set<string>, pair: string) {
  trusted.delete(pair)
  trusted.add(pair)
  dropOldest(trusted)
}

function dropOldest(subjects: Map<string, unknown> | Set<string>) {
  if (subjects.size <= maxSubjects) return
  for (const oldest of subjects.keys()) {
    subjects.delete(oldest)
    return
  }
}

/** Of IPv6 the network: whoever has one address there has 2⁶⁴. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - after.length
  return `${[...groups, ...Array.from({ length: missing }, () => '0'), ...after].slice(0, 4).join(':')}::/64`
}
