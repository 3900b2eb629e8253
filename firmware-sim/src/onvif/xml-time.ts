const pattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const unitMs = [86_400_000, 3_600_000, 60_000, 1000]

/** Milliseconds of an `xs:duration`; undefined when it is none. Years and months have no fixed length: refused. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text)
  if (!match || text.endsWith('T') || text === 'P') return undefined
  return match.slice(1).reduce((sum, part, index) => sum + Number(part || 0) * (unitMs[index] ?? 0), 0)
}

/** UTC milliseconds of an `xs:dateTime` that names its zone. */
export function parseTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

export const formatTime = (at: number) => new Date(at).toISOString()
