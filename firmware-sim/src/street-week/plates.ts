import type { PlateColour } from '@gatehouse/gateway/protocol'
import type { Random } from '../core/seeded-random.ts'

const provinces = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const digits = '0123456789'
/** What cameras take for each other. */
const pairs = ['0D', '0Q', '1T', '1L', '8B', '2Z', '5S', '6G'] as const
const lookalikes = new Map<string, string[]>()
for (const [one = '', other = ''] of pairs) {
  lookalikes.set(one, [...(lookalikes.get(one) ?? []), other])
  lookalikes.set(other, [...(lookalikes.get(other) ?? []), one])
}

/** Every text that differs from `plate` in one character that looks alike. */
export function lookalikesOf(plate: string): string[] {
  if (plate.startsWith('?')) return Array.from(provinces, (province) => province + plate.slice(1))
  return Array.from(plate).flatMap((character, index, all) =>
    (lookalikes.get(character) ?? []).map((other) => all.with(index, other).join('')),
  )
}

const letter = `[${letters}]`
const either = `[${letters}${digits}]`
const shapes: Partial<Record<PlateColour, RegExp>> = {
  blue: new RegExp(`^[${provinces}]${letter}${either}{5}$`, 'u'),
  green: new RegExp(`^[${provinces}]${letter}(?:[A-HJK]${either}\\d{4}|\\d{5}[A-HJK])$`, 'u'),
}

/** Whether a plate of this colour can read so; blue ones and green ones of private cars. */
export const canBe = (plate: string, colour: PlateColour): boolean => shapes[colour]?.test(plate) ?? false

export type Misread = 'lookalike' | 'lost-character' | 'province'

/** A plate whose province the camera cannot read. */
export const withoutProvince = (plate: string) => `?${plate.slice(1)}`

/** What the camera makes of a plate when it errs. */
export function misread(plate: string, how: Misread, random: Random): string {
  if (how === 'province') return withoutProvince(plate)
  if (how === 'lost-character') {
    const lost = random.int(1, plate.length - 1)
    return plate.slice(0, lost) + plate.slice(lost + 1)
  }
  const others = lookalikesOf(plate)
  return others.length === 0 ? plate : random.pick(others)
}

/** Gives out plates that are so different that no mistake turns one into another, but for those made as twins. */
export function createPlateOffice(random: Random) {
  /** Without the province, which is not always read. */
  const taken = new Set<string>()
  const isTaken = (plate: string) => taken.has(plate.slice(1))
  const isFree = (plate: string) =>
    !isTaken(plate) && lookalikesOf(plate).every((other) => !isTaken(other) && !lookalikesOf(other).some(isTaken))
  const take = (plate: string) => void taken.add(plate.slice(1))
  const number = (count: number) => Array.from({ length: count }, () => random.pick(Array.from(digits))).join('')

  function fresh(make: () => string): string {
    for (;;) {
      const plate = make()
      if (!isFree(plate)) continue
      take(plate)
      return plate
    }
  }

  return {
    blue: () => fresh(() => `${random.pick(Array.from('沪苏浙皖'))}${random.pick(Array.from('ABCE'))}${number(5)}`),
    green: () => fresh(() => `沪${random.pick(Array.from('ABCE'))}F${number(5)}`),
    police: () => fresh(() => `沪A${number(4)}警`),
    emergency: () => fresh(() => `沪X${number(4)}应急`),
    /** Two plates that one mistake of the camera makes the same: `text`. */
    twins(): { readonly one: string; readonly other: string; readonly text: string } {
      const rest = fresh(() => `浙C${number(4)}0`).slice(0, 6)
      const [one, other] = [`${rest}D`, `${rest}Q`]
      take(one)
      take(other)
      return { one, other, text: `${rest}0` }
    },
  }
}

export type PlateOffice = ReturnType<typeof createPlateOffice>
