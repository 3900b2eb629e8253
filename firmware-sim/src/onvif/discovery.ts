import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Camera } from './camera.ts'
import { answerMessage, byeMessage, helloMessage, isAskedFor, parseQuestion } from './discovery-messages.ts'

const group = '239.255.255.250'
const discoveryPort = 3702
/** A probe of a known client has about 1 kB. */
const maxQuestionBytes = 8 * 1024
/** Clients repeat a question; each is answered once. */
const maxRememberedQuestions = 256
/** APP_MAX_DELAY of WS-Discovery. */
const maxSpreadMs = 500
/** Many answers at once would be lost in the asker's buffer; few need no delay, and some clients wait 500 ms only. */
const spreadMsPerAnswer = 2
const announcementsAtOnce = 50
const pauseMs = 10
/** All cameras answer every question: more than this within the spread of answers is a flood. */
const maxPendingAnswers = 20_000

export interface DiscoveryOptions {
  /** Joins the multicast group on the interface with this address only; without it on all that the host has. */
  readonly interfaceAddress?: string
  readonly port?: number
  /** More than 1 puts several cameras into one datagram, which not all clients understand. */
  readonly matchesPerDatagram?: number
  /** Answers only senders on this host, because nobody else can reach the cameras. On by default. */
  readonly localOnly?: boolean
}

export interface Discovery {
  close(): Promise<void>
}

const ipv4Addresses = () =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => address)

/** Linux names 0.0.0.0 as the sender of multicast that was routed to the loopback interface, and answers reach it. */
const isLocal = (address: string) =>
  address === '0.0.0.0' || address.startsWith('127.') || ipv4Addresses().includes(address)

const portionsOf = <T>(all: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))

async function openSocket(port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 1024 * 1024 })
  // Bound to all addresses: a socket bound to one of them gets no multicast.
  socket.bind(port)
  await once(socket, 'listening')
  return socket
}

/** Joins the group where it can, and answers where that was: not every interface of a host carries multicast. */
function join(socket: Socket, interfaceAddresses: readonly string[]): readonly string[] {
  const joined = interfaceAddresses.filter((address) => {
    try {
      socket.addMembership(group, address)
      return true
    } catch {
      // Fatal only when it is true of all of them.
      return false
    }
  })
  if (joined.length > 0) return joined
  socket.close()
  throw new Error(`No multicast on ${interfaceAddresses.join(', ')}: name the address of another interface`)
}

const sendTo = (socket: Socket, datagram: Buffer, to: { readonly port: number; readonly address: string }) =>
  new Promise<void>((resolve) => {
    // A lost datagram is part of the protocol: clients ask again.
    socket.send(datagram, to.port, to.address, () => resolve())
  })

/** In small portions, so that neither our own buffer nor those of the listeners overflow. */
async function announce(socket: Socket, datagrams: readonly Buffer[], via: readonly string[]) {
  const to = { port: socket.address().port, address: group }
  for (const address of via) {
    socket.setMulticastInterface(address)
    for (const portion of portionsOf(datagrams, announcementsAtOnce)) {
      await Promise.all(portion.map((datagram) => sendTo(socket, datagram, to)))
      await pause(pauseMs)
    }
  }
}

function createAnswerer(socket: Socket, cameras: readonly Camera[], options: DiscoveryOptions) {
  const { matchesPerDatagram = 1, localOnly = true } = options
  const answered = new Set<string>()
  const pending = new Set<NodeJS.Timeout>()

  const isNew = (messageId: string, { address, port }: RemoteInfo) => {
    // Not by the id alone: onvif-util seeds it with the second, so two runs of it may ask with the same.
    const question = `${address}:${port} ${messageId}`
    if (answered.has(question)) return false
    answered.add(question)
    for (const old of answered) if (answered.size > maxRememberedQuestions) answered.delete(old)
    return true
  }
  const answerWithin = (spreadMs: number, datagram: Buffer, sender: RemoteInfo) => {
    if (pending.size >= maxPendingAnswers) return
    const timer = setTimeout(() => {
      pending.delete(timer)
      void sendTo(socket, datagram, sender)
    }, Math.random() * spreadMs)
    pending.add(timer)
  }

  return {
    answer(datagram: Buffer, sender: RemoteInfo) {
      if (datagram.length > maxQuestionBytes || (localOnly && !isLocal(sender.address))) return
      const question = parseQuestion(datagram.toString('utf8'))
      if (!question || !isNew(question.messageId, sender)) return
      const asked = cameras.filter((camera) => isAskedFor(camera, question))
      const answers = portionsOf(asked, matchesPerDatagram).map((some) => answerMessage(question, some))
      const spreadMs = Math.min(maxSpreadMs, answers.length * spreadMsPerAnswer)
      for (const answer of answers) answerWithin(spreadMs, answer, sender)
    },
    stop() {
      for (const timer of pending) clearTimeout(timer)
    },
  }
}

/** Makes the cameras findable by WS-Discovery: says hello, answers probes, says goodbye. */
export async function startDiscovery(cameras: readonly Camera[], options: DiscoveryOptions): Promise<Discovery> {
  const { port = discoveryPort, interfaceAddress } = options
  const socket = await openSocket(port)
  const via = join(socket, interfaceAddress === undefined ? ipv4Addresses() : [interfaceAddress])
  const answerer = createAnswerer(socket, cameras, options)
  socket.on('message', (datagram, sender) => answerer.answer(datagram, sender))
  await announce(socket, cameras.map(helloMessage), via)
  return {
    async close() {
      answerer.stop()
      await announce(socket, cameras.map(byeMessage), via)
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
