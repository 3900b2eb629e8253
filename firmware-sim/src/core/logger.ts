/** What the simulator needs of a logger. Never plates, names or secrets. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** One JSON object a line, in the same form as the servers' logs. */
export function createLogger(write: (line: string) => void): Logger {
  const log = (level: number) => (fields: object, msg: string) =>
    write(`${JSON.stringify({ level, time: Date.now(), ...fields, msg })}\n`)
  return { info: log(30), warn: log(40) }
}
