import { Type, type Static } from 'typebox'

/** The body of every answer with a status of 400 or more. `code` is stable; `message` is for people. */
export const ErrorBody = Type.Object({ code: Type.String(), message: Type.String() })
export type ErrorBody = Static<typeof ErrorBody>
