/** Text rules on their own, for who must not load every schema to check a name. */

/** Ids of devices, gateways and compounds. */
export const idPattern = '^[a-z0-9][a-z0-9-]{0,63}$'

/** Name of one reading of a device. */
export const readingPattern = '^[a-zA-Z][a-zA-Z0-9]{0,63}$'
