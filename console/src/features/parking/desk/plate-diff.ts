import { confusablesOf } from '@gatehouse/platform/domain'

export interface PlateMark {
  readonly character: string
  /** Not what the camera read there. */
  readonly differs: boolean
  /** Cameras take it for what was read. */
  readonly isConfusable: boolean
}

/** Length of what both have in common, from each pair of places on. */
function commonFrom(a: readonly string[], b: readonly string[]): number[][] {
  const common = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0))
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = common[i] ?? []
      const below = common[i + 1] ?? []
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return common
}

/** Which characters of `plate` are also in `read`, in order. */
function kept(plate: readonly string[], read: readonly string[]): ReadonlySet<number> {
  if (plate.length === read.length) return new Set(plate.flatMap((one, index) => (one === read[index] ? [index] : [])))
  const common = commonFrom(plate, read)
  const same = new Set<number>()
  let i = 0
  let j = 0
  while (i < plate.length && j < read.length) {
    if (plate[i] === read[j]) {
      same.add(i)
      i += 1
      j += 1
    } else if ((common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0)) i += 1
    else j += 1
  }
  return same
}

/** A candidate character by character, beside what the camera read. */
export function markPlate(plate: string, read: string): readonly PlateMark[] {
  const characters = Array.from(plate)
  const same = kept(characters, Array.from(read))
  const isConfusable = confusablesOf(read).includes(plate)
  return characters.map((character, index) => ({
    character,
    differs: !same.has(index),
    isConfusable: isConfusable && !same.has(index),
  }))
}
