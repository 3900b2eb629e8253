/** Pictures travel over HTTP, not MQTT. HTTP Basic: device id and secret. The body's SHA-256 must be the name. */
export const mediaPath = (sha256: string) => `/media/${sha256}`

/** Largest picture that a gateway accepts, bytes. */
export const maxMediaBytes = 4 * 1024 * 1024

/** Largest MQTT packet that a gateway accepts, bytes. */
export const maxPacketBytes = 256 * 1024
