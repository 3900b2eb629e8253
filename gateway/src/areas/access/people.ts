import type { Person } from '@gatehouse/platform/contract'
import type { AccessRights } from '@gatehouse/platform/domain'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { createCollection } from '../../core/collection.ts'
import type { House } from '../../core/house.ts'

/** What a gate needs of a person; name and household stay with the platform. */
export interface KnownPerson extends AccessRights {
  readonly personId: string
  readonly faceId?: string
  readonly cards: readonly string[]
}

const known = ({ personId, faceId, cards, consentVersion, validUntil }: Person): KnownPerson => ({
  personId,
  cards,
  ...(faceId !== undefined && { faceId }),
  ...(consentVersion !== undefined && { consentVersion }),
  ...(validUntil !== undefined && { validUntil }),
})

const personSchema = Compile(
  Type.Object({
    personId: Type.String(),
    cards: Type.Array(Type.String()),
    faceId: Type.Optional(Type.String()),
    consentVersion: Type.Optional(Type.String()),
    validUntil: Type.Optional(Type.Number()),
  }),
)

/** Who may enter, found by face or card; in memory and on disk. */
export function createPeople(store: House['store']) {
  const collection = createCollection<KnownPerson>({
    store,
    area: 'access-people',
    list: 'access',
    fits: (stored) => personSchema.Check(stored),
  })
  const byFace = new Map<string, KnownPerson>()
  const byCard = new Map<string, KnownPerson>()

  function index() {
    byFace.clear()
    byCard.clear()
    for (const person of collection.values()) {
      if (person.faceId !== undefined) byFace.set(person.faceId, person)
      for (const card of person.cards) byCard.set(card, person)
    }
  }

  return {
    isWhole: () => collection.isWhole(),
    async load() {
      await collection.load()
      index()
    },
    byFace: (faceId: string) => byFace.get(faceId),
    byCard: (card: string) => byCard.get(card),
    async replace(people: readonly Person[]) {
      await collection.replace(new Map(people.map((person) => [person.personId, known(person)])))
      index()
    },
  }
}
