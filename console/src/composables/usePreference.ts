import { ref, watch, type Ref } from 'vue'

const known = new Map<string, Ref<string>>()

/** A choice of this person on this device, remembered; everywhere the same ref. */
export function usePreference<T extends string>(name: string, fallback: T, allowed?: readonly T[]): Ref<T> {
  const key = `gatehouse.${name}`
  const existing = known.get(key)
  if (existing) return existing as Ref<T>
  const stored = localStorage.getItem(key) as T | null
  const usable = stored !== null && (allowed?.includes(stored) ?? true)
  const preference = ref<string>(usable ? stored : fallback)
  watch(preference, (value) => localStorage.setItem(key, value))
  known.set(key, preference)
  return preference as Ref<T>
}
