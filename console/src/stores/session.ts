import { getSession, signIn, signOut, type Endpoint, type Session, type User } from '@gatehouse/platform/contract'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { ApiError, call } from '../api/http'

/** Until the platform has told its own: compounds are in China, which has one zone. */
const usualTimeZone = 'Asia/Shanghai'

/** Who is signed in, and what they may do. */
export const useSession = defineStore('session', () => {
  const user = shallowRef<User>()
  /** The session ended by itself; the sign-in page says so. */
  const hasExpired = shallowRef(false)
  /** Zone of the compounds, in which quiet hours are judged. */
  const timeZone = shallowRef(usualTimeZone)
  let asked: Promise<void> | undefined

  function enter(session: Session) {
    user.value = session.user
    timeZone.value = session.timeZone ?? usualTimeZone
  }

  async function restore() {
    try {
      enter(await call(getSession, {}))
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) asked = undefined // not known yet: ask again next time
    }
  }

  return {
    user,
    timeZone,
    hasExpired,
    /** Asks once whether the cookie of this browser still holds. */
    known: () => (asked ??= restore()),
    async signIn(username: string, password: string) {
      enter(await call(signIn, { body: { username, password } }))
      hasExpired.value = false
    },
    async signOut() {
      await call(signOut, {})
      user.value = undefined
      hasExpired.value = false
    },
    end() {
      hasExpired.value = user.value !== undefined
      user.value = undefined
    },
    /** Whether the role allows an endpoint, as the contract declares it. */
    can({ access }: Pick<Endpoint, 'access'>): boolean {
      if (access === 'public') return true
      if (!user.value || access === 'gateway') return false
      return access === 'signed-in' || access.includes(user.value.role)
    },
  }
})
