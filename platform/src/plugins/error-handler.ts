import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { AppError, internalError, invalidInput, routeNotFound, tooLarge } from '../errors.ts'

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'

/** What the caller may know about an error; `undefined` for our own faults. */
function forCaller(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (!isFastifyError(error)) return undefined
  const status = error.statusCode ?? 500
  if (status === 413) return tooLarge()
  if (status >= 400 && status < 500) return new AppError('INVALID_INPUT', status, error.message)
  return undefined
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const known = forCaller(error)
  if (!known) request.log.error({ err: error }, 'request failed')
  const { statusCode, code, message } = known ?? internalError()
  return reply.code(statusCode).type('application/json; charset=utf-8').send({ code, message })
}

/** Every refusal has the same shape, `{ code, message }`, wherever it comes from. */
export const errorHandler = plugin(
  async (app) => {
    app.setErrorHandler(answerError)
    app.setSchemaErrorFormatter((errors, part) => {
      const [first] = errors
      const where = first?.instancePath.slice(1).replaceAll('/', '.') ?? ''
      return invalidInput(`${part}${where ? `.${where}` : ''} ${first?.message ?? 'is not usable'}`)
    })
    app.setNotFoundHandler((request, reply) => answerError(routeNotFound(), request, reply))
  },
  { name: 'error-handler' },
)
