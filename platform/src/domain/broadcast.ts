/** Night in residential areas: only emergencies may be heard (22:00–06:00, GB 3096 night period). */
export const quietHours = { fromHour: 22, toHour: 6 } as const

/** Whether the moment `at` (UTC ms) lies in the quiet hours of `timeZone` (IANA name). */
export function isQuietHour(at: number, timeZone: string): boolean {
  const hour = Number(new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone }).format(at))
  return hour >= quietHours.fromHour || hour < quietHours.toHour
}

/** Whether an announcement of this priority may be heard now; emergencies always may. */
export const mayAnnounce = (priority: string, at: number, timeZone: string) =>
  priority === 'emergency' || !isQuietHour(at, timeZone)
