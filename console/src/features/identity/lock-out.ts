/** Whole minutes until a locked account opens again, from the platform's words; `undefined` if they do not say. */
export function lockOutMinutes(message: string): number | undefined {
  const seconds = /(\d+)\s*s/.exec(message)?.[1]
  return seconds === undefined ? undefined : Math.max(1, Math.ceil(Number(seconds) / 60))
}
