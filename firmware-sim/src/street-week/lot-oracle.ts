import type { PlateColour } from '@gatehouse/gateway/protocol'
import type { CarPermit } from './cars.ts'
import { agreedDue, type AgreedTariff, type OracleCredit } from './oracle-fee.ts'
import { canBe, lookalikesOf, withoutProvince } from './plates.ts'

/** How the lot is run. */
export interface LotAgreement {
  readonly tariff: AgreedTariff
  readonly capacity: number
  /** What becomes of a car that does not pay. */
  readonly unpaid: 'hold-for-help' | 'open-and-record-debt'
  readonly patienceMs: number
  readonly permits: readonly CarPermit[]
}

/** One stay as it must be on record. */
export interface OracleStay {
  readonly sessionId: string
  /** As it must be on record: the camera may have read it otherwise than it is. */
  readonly plate: string
  readonly right: string
  readonly groupId?: string | undefined
  readonly enteredAt: number
  readonly credits: OracleCredit[]
  end?: OracleEnd
}

export interface OracleEnd {
  readonly outcome: 'left' | 'ghost'
  readonly leftAt: number
  readonly feeFen: number
  readonly paidFen: number
  readonly waivedFen: number
  readonly debtFen: number
}

/** What the camera shows. */
export interface Sight {
  readonly text: string
  readonly colour: PlateColour
}

export interface Expected {
  readonly decision: 'open' | 'refuse' | 'ask' | 'pay'
  /** What the car is on record as, if it passes. */
  readonly plate: string
  readonly right: string
  readonly groupId?: string | undefined
  readonly owedFen?: number
}

/** Clocks of lanes are wrong: what came before what is told by the true time. */
interface EarlyExit {
  /** The truth, UTC ms. */
  readonly at: number
  /** By the lane's clock. */
  readonly leftAt: number
}

interface Standing {
  readonly right?: CarPermit
  readonly endedAt?: number
}

const sum = (credits: readonly OracleCredit[]) => credits.reduce((total, { fen }) => total + fen, 0)

/** What must be on record of one lot and decided at its lanes: told by the truth, sharing no code with who decides. */
export class LotOracle {
  readonly inside = new Map<string, OracleStay>()
  readonly stays = new Map<string, OracleStay>()
  readonly #byPlate = new Map<string, OracleStay>()
  readonly #permits = new Map<string, CarPermit>()
  /** Cars that left and that nobody had seen come in. */
  readonly #early = new Map<string, EarlyExit[]>()
  readonly #agreement: LotAgreement

  readonly #occupancy: () => number

  /** `occupancy`: how many cars are really inside, as far as anybody can know. */
  constructor(agreement: LotAgreement, occupancy: () => number) {
    this.#agreement = agreement
    this.#occupancy = occupancy
    for (const permit of agreement.permits) this.#permits.set(permit.plate, permit)
  }

  stayOf(plate: string): OracleStay | undefined {
    return plate === '' ? undefined : this.#byPlate.get(plate)
  }

  atEntry(sight: Sight, at: number): Expected {
    const plain = this.#plain(sight)
    if (plain) return plain
    const plate = this.#meant(sight, 'in')
    if (plate === undefined) return { decision: 'ask', plate: sight.text, right: 'temporary' }
    const { right } = this.#standing(plate, at)
    if (this.#isShutOut(plate, right)) return { decision: 'refuse', plate, right: 'temporary' }
    return { decision: 'open', plate, right: right?.kind ?? 'temporary', groupId: right?.groupId }
  }

  #isShutOut(plate: string, right: CarPermit | undefined): boolean {
    const isFull = this.#occupancy() >= this.#agreement.capacity
    return this.#permits.get(plate)?.kind === 'blacklist' || (isFull && right?.kind !== 'own-space')
  }

  atExit(sight: Sight, at: number): Expected {
    const plain = this.#plain(sight)
    if (plain) return plain
    const plate = this.#meant(sight, 'out')
    if (plate === undefined) return { decision: 'ask', plate: sight.text, right: 'temporary' }
    const stay = this.stayOf(plate)
    const { right } = this.#standing(plate, at)
    if (right && !(stay?.right === 'temporary' && right.kind === 'group'))
      return { decision: 'open', plate, right: right.kind }
    if (!stay) return { decision: 'ask', plate, right: 'temporary' }
    const { owedFen } = this.due(stay, at)
    return { decision: owedFen === 0 ? 'open' : 'pay', plate, right: stay.right, owedFen }
  }

  /** Fee and debt of a stay that would end at `at`. */
  due(stay: OracleStay, at: number): { readonly feeFen: number; readonly owedFen: number } {
    const { right, endedAt } = this.#standing(stay.plate, at)
    const isExempt = right !== undefined && !(stay.right === 'temporary' && right.kind === 'group')
    if (isExempt || (stay.right !== 'temporary' && endedAt === undefined)) return { feeFen: 0, owedFen: 0 }
    const from = Math.max(stay.enteredAt, endedAt ?? 0)
    return agreedDue(this.#agreement.tariff, { from, to: at, credits: stay.credits })
  }

  /** A car that is on record as `plate` has come in, at the true time `enteredAt`. */
  enters(stay: Omit<OracleStay, 'credits'>, enteredAt: number): OracleStay {
    const begun: OracleStay = { ...stay, credits: [] }
    this.stays.set(stay.sessionId, begun)
    const exits = this.#early.get(stay.plate) ?? []
    const exit = exits.find(({ at }) => at >= enteredAt)
    if (exit) {
      this.#early.set(
        stay.plate,
        exits.filter((other) => other !== exit),
      )
      this.#end(begun, Math.max(exit.leftAt, stay.enteredAt), 0)
      return begun
    }
    const before = this.stayOf(stay.plate)
    if (before) this.becomesGhost(before, stay.enteredAt)
    this.inside.set(stay.sessionId, begun)
    if (stay.plate !== '') this.#byPlate.set(stay.plate, begun)
    return begun
  }

  /** It left unseen. Nobody knows when, so nothing can be charged; what was paid stays paid. */
  becomesGhost(stay: OracleStay, at: number): void {
    this.#forget(stay)
    const paidFen = sum(stay.credits)
    stay.end = { outcome: 'ghost', leftAt: at, feeFen: 0, paidFen, waivedFen: 0, debtFen: 0 }
  }

  /** It has passed the arm on its way out, also when it was taken for a ghost before. */
  leaves(stay: OracleStay, at: number, waivedFen = 0): void {
    this.#forget(stay)
    this.#end(stay, Math.max(at, stay.enteredAt), waivedFen)
  }

  /** A car leaves that is not on record. */
  leavesUnknown(plate: string, exit: EarlyExit): void {
    if (plate !== '') this.#early.set(plate, [...(this.#early.get(plate) ?? []), exit])
  }

  #end(stay: OracleStay, leftAt: number, waivedFen: number) {
    const { feeFen, owedFen } = this.due(stay, leftAt)
    const waived = Math.min(waivedFen, owedFen)
    const paidFen = sum(stay.credits)
    stay.end = { outcome: 'left', leftAt, feeFen, paidFen, waivedFen: waived, debtFen: owedFen - waived }
  }

  #forget(stay: OracleStay) {
    this.inside.delete(stay.sessionId)
    if (this.#byPlate.get(stay.plate) === stay) this.#byPlate.delete(stay.plate)
  }

  /** What needs no list: cars on duty, cars without plates, and what cannot be a whole plate of this colour. */
  #plain({ text, colour }: Sight): Expected | undefined {
    if (text === '') return { decision: 'ask', plate: '', right: 'temporary' }
    if (text.endsWith('应急')) return { decision: 'open', plate: text, right: 'emergency' }
    if (text.endsWith('警')) return { decision: 'open', plate: text, right: 'police' }
    const characters = colour === 'green' ? 8 : 7
    return text.length === characters ? undefined : { decision: 'ask', plate: text, right: 'temporary' }
  }

  /** Which car a read means; nothing when a person has to look. */
  #meant({ text, colour }: Sight, direction: 'in' | 'out'): string | undefined {
    const isKnown = (plate: string) => this.#permits.has(plate) || this.#byPlate.has(plate)
    if (isKnown(text)) return text
    const isBanned = (plate: string) => this.#permits.get(plate)?.kind === 'blacklist'
    const mayBe = (plate: string) =>
      direction === 'in' ? this.#permits.has(plate) : this.#byPlate.has(plate) || isBanned(plate)
    const possible = lookalikesOf(text).filter((plate) => canBe(plate, colour))
    const similar = [...possible, withoutProvince(text)].filter(mayBe)
    if (similar.length > 1 || similar.some(isBanned)) return undefined
    return similar[0] ?? text
  }

  #standing(plate: string, at: number): Standing {
    const permit = this.#permits.get(plate)
    if (!permit || permit.kind === 'blacklist') return {}
    const { validFrom = 0, validUntil = Infinity } = permit
    if (at >= validFrom && at < validUntil) return this.#hasSpace(permit) ? { right: permit } : {}
    return permit.kind !== 'visitor' && at >= validUntil ? { endedAt: validUntil } : {}
  }

  #hasSpace({ groupId, spaces = 1, plate }: CarPermit): boolean {
    if (groupId === undefined) return true
    const others = Array.from(this.inside.values()).filter((stay) => stay.groupId === groupId && stay.plate !== plate)
    return others.length < spaces
  }
}
