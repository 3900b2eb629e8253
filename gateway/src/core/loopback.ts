/** Whether an address can be reached from this host only. Names other than `localhost` may point anywhere. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
