/** Finds things by plate, without looking through them all. Things without a plate are not in it. */
export function createPlateIndex<T>() {
  const byPlate = new Map<string, readonly T[]>()
  const none: readonly T[] = []
  return {
    of: (plate: string): readonly T[] => byPlate.get(plate) ?? none,
    add(plate: string, thing: T) {
      if (plate !== '') byPlate.set(plate, [...(byPlate.get(plate) ?? none), thing])
    },
    remove(plate: string, thing: T) {
      const rest = (byPlate.get(plate) ?? none).filter((other) => other !== thing)
      if (rest.length > 0) byPlate.set(plate, rest)
      else byPlate.delete(plate)
    },
  }
}
