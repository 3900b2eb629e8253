import type { Device } from '@gatehouse/platform/contract'

/** Whether a device takes part in announcements: it says so by its command to speak. */
export const canAnnounce = ({ capabilities }: Pick<Device, 'capabilities'>) => capabilities['speak']?.role === 'command'
