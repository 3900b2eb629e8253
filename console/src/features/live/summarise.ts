import type { Alert, Compound, Device, Severity } from '@gatehouse/platform/contract'

export interface CompoundSummary {
  readonly compound: Compound
  readonly online: number
  readonly all: number
  readonly unresolved: number
  readonly worst: Severity | undefined
}

const severities = ['critical', 'major', 'minor'] as const

/** One line per compound, the most urgent first. */
export function summarise(
  compounds: readonly Compound[],
  devices: readonly Device[],
  alerts: readonly Alert[],
): readonly CompoundSummary[] {
  const devicesOf = Map.groupBy(devices, ({ compoundId }) => compoundId)
  const alertsOf = Map.groupBy(alerts, ({ compoundId }) => compoundId)
  const rank = (worst: Severity | undefined) => (worst ? severities.indexOf(worst) : severities.length)
  return compounds
    .map((compound) => {
      const own = devicesOf.get(compound.id) ?? []
      const unresolved = alertsOf.get(compound.id) ?? []
      return {
        compound,
        all: own.length,
        online: own.filter(({ online }) => online).length,
        unresolved: unresolved.length,
        worst: severities.find((severity) => unresolved.some((alert) => alert.severity === severity)),
      }
    })
    .sort((a, b) => rank(a.worst) - rank(b.worst) || b.unresolved - a.unresolved)
}
