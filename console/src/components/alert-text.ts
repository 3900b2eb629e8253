import type { Alert } from '@gatehouse/platform/contract'
import type { Text } from '../i18n'
import type { IconName } from './icons'

export const alertTitle = ({ label }: Text, { type }: Pick<Alert, 'type'>) => label('alertType', type)

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** The plate to show: as matched, else as read. */
export const plateOf = ({ details }: Pick<Alert, 'details'>) =>
  text(details['matchedPlate']) ?? text(details['rawPlate'])

/** The colour that the plate was read in. */
export const plateColourOf = ({ details }: Pick<Alert, 'details'>) => text(details['colour'])

/** The one fact besides the plate that says most, in words. */
export function briefOf({ label }: Text, { details }: Pick<Alert, 'details'>): string | undefined {
  const alarm = text(details['alarm'])
  const rule = text(details['rule'])
  const reason = text(details['reason'])
  return (
    (rule && label('rule', rule, reason ?? rule)) ??
    (reason && label('value', reason)) ??
    text(details['message']) ??
    (alarm && label('value', alarm)) ??
    text(details['building'])
  )
}

const areaIcons: Readonly<Record<string, IconName>> = {
  parking: 'open',
  access: 'door',
  sensors: 'flame',
  linkage: 'warning',
  video: 'camera',
  devices: 'devices',
}

/** Stands in for a picture: the area that the alert comes from. */
export const alertIcon = ({ type }: Pick<Alert, 'type'>): IconName => areaIcons[type.split('.')[0] ?? ''] ?? 'alerts'
