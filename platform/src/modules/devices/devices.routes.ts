import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  getCommand,
  getDevice,
  importDevices,
  listDeviceCommands,
  listDevices,
  putDevice,
  sendCommand,
} from '../../contract/index.ts'
import { longListBytes } from '../../core/limits.ts'
import { callerOf } from '../../core/request.ts'
import type { CommandsService } from './commands.service.ts'
import type { DevicesService } from './devices.service.ts'

export interface DevicesRoutesOptions {
  readonly devices: DevicesService
  readonly commands: CommandsService
}

export const devicesRoutes: FastifyPluginAsyncTypebox<DevicesRoutesOptions> = async (app, { devices, commands }) => {
  app.route({ ...listDevices, handler: (request) => devices.list(callerOf(request), request.query) })
  app.route({ ...getDevice, handler: (request) => devices.get(callerOf(request), request.params.deviceId) })

  app.route({
    ...putDevice,
    async handler(request) {
      const { deviceId } = request.params
      const device = await devices.put(callerOf(request), deviceId, request.body)
      request.log.info({ deviceId, kind: device.kind, by: callerOf(request).username }, 'device changed')
      return device
    },
  })

  app.route({
    ...importDevices,
    // The file may hold a million characters of up to four bytes.
    bodyLimit: longListBytes,
    async handler(request) {
      const { compoundId, csv } = request.body
      const answer = await devices.import(callerOf(request), compoundId, csv)
      const { imported, problems } = answer
      request.log.info({ compoundId, imported, problems: problems.length }, 'devices imported')
      return answer
    },
  })

  app.route({
    ...sendCommand,
    async handler(request, reply) {
      const entry = await commands.send(callerOf(request), request.params.deviceId, request.body)
      return reply.code(202).send(entry)
    },
  })

  app.route({ ...getCommand, handler: (request) => commands.get(callerOf(request), request.params.commandId) })
  app.route({
    ...listDeviceCommands,
    handler: (request) => commands.listOf(callerOf(request), request.params.deviceId),
  })
}
