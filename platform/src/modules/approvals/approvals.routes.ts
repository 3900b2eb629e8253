import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { approveRequest, declineRequest, listApprovals } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { ApprovalsService } from './approvals.service.ts'

export interface ApprovalsRoutesOptions {
  readonly approvals: ApprovalsService
}

export const approvalsRoutes: FastifyPluginAsyncTypebox<ApprovalsRoutesOptions> = async (app, { approvals }) => {
  app.route({ ...listApprovals, handler: (request) => approvals.list(callerOf(request)) })

  app.route({
    ...approveRequest,
    handler: (request) => approvals.approve(callerOf(request), request.params.approvalId, request.body),
  })

  app.route({
    ...declineRequest,
    handler: (request) => approvals.decline(callerOf(request), request.params.approvalId, request.body.reason),
  })
}
