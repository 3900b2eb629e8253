/** MQTT 3.1.1 on the wire, as far as every broker of ours must insist on it. Pure: no sockets, no packages. */
export type { AllowanceOptions } from './allowance.ts'
export { FrontDoor, type FrontDoorOptions, type Knock, type Visitor } from './front-door.ts'
export { PacketFront, type PacketLimits } from './packet-front.ts'
export type { Refusal, RefusalReason } from './refusal.ts'
