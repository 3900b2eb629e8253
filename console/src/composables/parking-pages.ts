import {
  getParkingReport,
  getParkingRules,
  getParkingStatement,
  listLaneCalls,
  listLaneRaises,
  listLots,
  listParkingSessions,
  listParkingTickets,
  listPermits,
  whatIf,
  type Endpoint,
} from '@gatehouse/platform/contract'

/** The pages about parking, and what a role must be allowed to open each. */
export const parkingPages = {
  lanes: listLots,
  desk: listLaneCalls,
  sessions: listParkingSessions,
  raises: listLaneRaises,
  permits: listPermits,
  tickets: listParkingTickets,
  tariffs: whatIf,
  rules: getParkingRules,
  reports: getParkingReport,
  statement: getParkingStatement,
} as const satisfies Record<string, Pick<Endpoint, 'access'>>
export type ParkingPage = keyof typeof parkingPages

export const parkingPageNames = Object.keys(parkingPages) as ParkingPage[]

type Can = (endpoint: Pick<Endpoint, 'access'>) => boolean

/** The first page about parking that the role may open. */
export const firstParkingPage = (can: Can): ParkingPage | undefined =>
  parkingPageNames.find((page) => can(parkingPages[page]))
