/** Whether an address can be reached from this host only. Names other than `localhost` may point anywhere. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || /^127(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}$/.test(host)
