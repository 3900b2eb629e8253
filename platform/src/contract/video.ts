import { Type } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Sha256 } from './primitives.ts'

const MediaParams = Type.Object({ sha256: Sha256 })

/** Answers the bytes themselves; every look is recorded with its reason. */
export const getMedia = {
  method: 'GET',
  url: '/api/media/:sha256',
  summary: 'A picture that an alert or an entry refers to; 404 until the gateway has brought it',
  access: ['admin', 'supervisor', 'guard', 'property', 'grid'],
  audit: 'look',
  schema: {
    params: MediaParams,
    querystring: Type.Object({ reason: Type.Optional(Type.String({ maxLength: 200 })) }),
    response: { 200: Type.Unknown() },
  },
} as const satisfies Endpoint

/** The body is the picture; its SHA-256 must be the name. */
export const putMedia = {
  method: 'PUT',
  url: '/api/media/:sha256',
  summary: 'A gateway brings a picture (image/jpeg or image/png, at most 4 MiB)',
  access: 'gateway',
  audit: 'none',
  schema: { params: MediaParams, response: { 204: Type.Null() } },
} as const satisfies Endpoint
