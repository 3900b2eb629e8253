/** An answer of the camera that is an error. Codes are those of ONVIF Core 5.8.2 and WS-BaseNotification. */
export class SoapFault extends Error {
  readonly status: number
  /** `Sender`: the request is at fault. `Receiver`: the camera is. */
  readonly code: 'Sender' | 'Receiver' | 'VersionMismatch'
  readonly subcodes: readonly string[]

  constructor(fault: { status: number; code: SoapFault['code']; subcodes: readonly string[]; reason: string }) {
    super(fault.reason)
    this.name = 'SoapFault'
    this.status = fault.status
    this.code = fault.code
    this.subcodes = fault.subcodes
  }
}

const sender = (reason: string, ...subcodes: readonly string[]) =>
  new SoapFault({ status: 400, code: 'Sender', subcodes, reason })
const receiver = (reason: string, ...subcodes: readonly string[]) =>
  new SoapFault({ status: 500, code: 'Receiver', subcodes, reason })

export const notWellFormed = () =>
  sender('The message is not well-formed XML without a document type', 'ter:WellFormed')
export const noEnvelope = () => sender('The message is not a SOAP envelope with one operation in its body', 'ter:Tag')
export const wrongSoapVersion = () =>
  new SoapFault({ status: 400, code: 'VersionMismatch', subcodes: [], reason: 'Only SOAP 1.2 is understood' })
export const tooLarge = (limit: number) =>
  new SoapFault({
    status: 413,
    code: 'Sender',
    subcodes: ['ter:InvalidArgs'],
    reason: `The message is larger than ${String(limit)} bytes`,
  })
/** The same answer for every reason, so that nobody can learn user names. */
export const notAuthorized = (status: 400 | 401) =>
  new SoapFault({ status, code: 'Sender', subcodes: ['ter:NotAuthorized'], reason: 'Sender not authorized' })
export const notSupported = () => receiver('This operation is not supported', 'ter:ActionNotSupported')
export const invalidArgument = (reason: string, ...detail: readonly string[]) =>
  sender(reason, 'ter:InvalidArgVal', ...detail)
export const missingArgument = (name: string) => sender(`${name} is missing`, 'ter:InvalidArgs')
export const actionFailed = () => receiver('The camera could not do it', 'ter:Action')

export const unknownSubscription = () => receiver('There is no such subscription', 'wsrf-rw:ResourceUnknownFault')
export const tooManyPullPoints = () =>
  receiver('The camera has no free pull point', 'wsnt:SubscribeCreationFailedFault')
export const badTerminationTime = (renewing: boolean) =>
  sender(
    'The termination time is not acceptable',
    renewing ? 'wsnt:UnacceptableTerminationTimeFault' : 'wsnt:UnacceptableInitialTerminationTimeFault',
  )
export const badFilter = () => sender('Only filters by concrete topic are understood', 'wsnt:InvalidFilterFault')
