import type { Device } from '@gatehouse/platform/contract'

/** Compounds are in China, which has one zone; the platform, which decides, defaults to the same. */
export const siteTimeZone = 'Asia/Shanghai'

/** Whether a device takes part in announcements: it says so by its command to speak. */
export const canAnnounce = ({ capabilities }: Pick<Device, 'capabilities'>) => capabilities['speak']?.role === 'command'
