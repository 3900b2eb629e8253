import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closeParkingTicket, listParkingTickets, openParkingTicket } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { ParkingService } from './parking.service.ts'

export const ticketsRoutes: FastifyPluginAsyncTypebox<{ parking: ParkingService }> = async (
  app,
  { parking: { tickets } },
) => {
  app.route({ ...listParkingTickets, handler: (request) => tickets.list(callerOf(request), request.query) })
  app.route({
    ...openParkingTicket,
    async handler(request, reply) {
      const { compoundId } = request.params
      const ticket = await tickets.open(callerOf(request), compoundId, request.body)
      request.log.info({ compoundId, ticketId: ticket.ticketId, kind: ticket.kind }, 'ticket opened')
      return reply.code(201).send(ticket)
    },
  })
  app.route({
    ...closeParkingTicket,
    handler: (request) => tickets.close(callerOf(request), request.params.ticketId, request.body),
  })
}
