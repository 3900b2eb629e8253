import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Random } from '../../src/core/seeded-random.ts'
import { fairWeather, TcpPipe, type Weather } from './tcp-pipe.ts'

/** `up` is from the client to the server. */
export type Direction = 'up' | 'down'
/** What becomes of new connections: passed on, taken and never answered, or refused. */
export type Welcome = 'serve' | 'swallow' | 'refuse'

interface Connection {
  readonly client: Socket
  readonly server: Socket | undefined
  readonly up: TcpPipe | undefined
  readonly down: TcpPipe | undefined
}

/** A wire that can be cut, between clients and one server on this host. */
export interface TcpProxy {
  readonly port: number
  /** Connections that are passed on and not frozen. */
  connections(): number
  /** Ends connections by a reset; answers how many. */
  cut(): number
  /** Ends connections properly. */
  end(): number
  /** Everything that present connections send that way vanishes from now on, and no end is told. */
  freeze(...directions: readonly Direction[]): number
  /** Weather from now on; what is left out is fair. */
  setWeather(weather: Partial<Weather>): void
  welcome(how: Welcome): Promise<void>
  /** Fair weather and open doors. What is frozen stays frozen: such a connection never comes back. */
  heal(): Promise<void>
  close(): Promise<void>
}

const host = '127.0.0.1'

class Proxy implements TcpProxy {
  readonly #targetPort: () => number
  readonly #random: Random
  readonly #connections = new Set<Connection>()
  #server: Server | undefined
  #weather: Weather = fairWeather
  #welcome: Welcome = 'serve'
  port = 0

  constructor(targetPort: () => number, random: Random) {
    this.#targetPort = targetPort
    this.#random = random
  }

  async open() {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => this.#accept(client))
    server.listen(this.port, host)
    await once(server, 'listening')
    this.port = (server.address() as AddressInfo).port
    this.#server = server
  }

  connections = () => this.#alive().length

  cut = () =>
    this.#forEach(({ client, server }) => {
      client.resetAndDestroy()
      server?.resetAndDestroy()
    })

  end = () =>
    this.#forEach(({ client, server }) => {
      client.end()
      server?.end()
    })

  freeze(...directions: readonly Direction[]): number {
    const alive = this.#alive()
    for (const connection of alive)
      for (const direction of directions) {
        const pipe = connection[direction]
        if (pipe) pipe.isFrozen = true
      }
    return alive.length
  }

  setWeather(weather: Partial<Weather>) {
    this.#weather = { ...fairWeather, ...weather }
  }

  async welcome(how: Welcome) {
    const wasOpen = this.#welcome !== 'refuse'
    this.#welcome = how
    if (how === 'refuse' && wasOpen) this.#server?.close() // those who are connected stay
    if (how !== 'refuse' && !wasOpen) await this.open()
  }

  async heal() {
    this.setWeather({})
    await this.welcome('serve')
  }

  async close() {
    if (this.#welcome !== 'refuse') this.#server?.close()
    for (const { client, server } of this.#connections) {
      client.destroy()
      server?.destroy()
    }
  }

  #alive(): Connection[] {
    return [...this.#connections].filter(({ up, down }) => up && !up.isFrozen && !down?.isFrozen)
  }

  #forEach(strike: (connection: Connection) => void): number {
    const alive = this.#alive()
    for (const connection of alive) strike(connection)
    return alive.length
  }

  #accept(client: Socket) {
    client.on('error', () => undefined) // its end is told by `close`
    if (this.#welcome === 'swallow') {
      this.#follow({ client, server: undefined, up: undefined, down: undefined })
      client.resume()
      return
    }
    const waitMs = this.#random.between(0, this.#weather.openWithinMs)
    client.pause()
    if (waitMs < 1) this.#passOn(client)
    else setTimeout(() => this.#passOn(client), waitMs)
  }

  #passOn(client: Socket) {
    if (client.destroyed) return
    const server = connect({ host, port: this.#targetPort(), noDelay: true, allowHalfOpen: true })
    server.on('error', () => undefined)
    const weather = () => this.#weather
    const up = new TcpPipe({ from: client, to: server, weather, random: this.#random })
    const down = new TcpPipe({ from: server, to: client, weather, random: this.#random })
    this.#follow({ client, server, up, down })
    client.resume()
  }

  /** An end that is broken breaks the other one, unless the way between them is frozen. */
  #follow(connection: Connection) {
    const { client, server, up, down } = connection
    this.#connections.add(connection)
    const forget = () => {
      if (client.destroyed && server?.destroyed !== false) this.#connections.delete(connection)
    }
    client.once('close', () => {
      if (up && !up.isFrozen && !client.readableEnded) server?.resetAndDestroy()
      forget()
    })
    server?.once('close', () => {
      if (down && !down.isFrozen && !server.readableEnded) client.resetAndDestroy()
      forget()
    })
  }
}

/** Opens a proxy of ours on a free loopback port; the target may move between connections. */
export async function openTcpProxy(targetPort: () => number, random: Random): Promise<TcpProxy> {
  const proxy = new Proxy(targetPort, random)
  await proxy.open()
  return proxy
}
