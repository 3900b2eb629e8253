import type { Endpoint, InputOf, Scope } from '../contract/index.ts'
import type { Caller } from './ports.ts'

/** What a second person has to agree to. */
export interface PowerChange {
  /** Whom or what it is about. */
  readonly target: string
  /** Whoever covers it, and may call the endpoint, may agree. */
  readonly scope: Scope
  readonly reason: string
  /** What would become of it, for the second person to read; never a secret. */
  readonly facts: Readonly<Record<string, string>>
}

/** When an endpoint that declares `secondPerson` needs one, and how it is carried out afterwards. */
export interface SecondPersonRule<E extends Endpoint = Endpoint> {
  /** Name of the endpoint. */
  readonly action: string
  readonly endpoint: E
  /** Nothing when one person is enough. Throws what would be refused anyway. */
  needs(caller: Caller, input: InputOf<E>): Promise<PowerChange | undefined>
  /** As the first person, when the second has agreed. */
  run(caller: Caller, input: InputOf<E>): Promise<unknown>
}

/** The rules of different endpoints in one list: what comes in was checked against the endpoint's own schema. */
export const secondPersonRule = <E extends Endpoint>(rule: SecondPersonRule<E>) => rule as unknown as SecondPersonRule

/** The smallest place that holds both. */
export function commonScope(a: Scope, b: Scope): Scope {
  const [left, right] = [a.split('/'), b.split('/')]
  const apart = left.findIndex((part, index) => part !== right[index])
  return (apart === -1 ? left : left.slice(0, apart)).join('/')
}
