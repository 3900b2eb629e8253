import {
  getSession,
  signIn,
  signOut,
  type Duty,
  type Endpoint,
  type Session,
  type User,
} from '@gatehouse/platform/contract'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { ApiError, call } from '../api/http'

/** Until the platform has told its own: compounds are in China, which has one zone. */
const usualTimeZone = 'Asia/Shanghai'

/** Who is signed in, and what they may do. */
export const useSession = defineStore('session', () => {
  const user = shallowRef<User>()
  /** What has to be done before anything else is allowed. */
  const duty = shallowRef<Duty>()
  /** The session ended by itself; the sign-in page says so. */
  const hasExpired = shallowRef(false)
  /** Zone of the compounds, in which quiet hours are judged. */
  const timeZone = shallowRef(usualTimeZone)
  let asked: Promise<void> | undefined

  function enter(session: Session) {
    user.value = session.user
    duty.value = session.duty
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
    duty,
    timeZone,
    hasExpired,
    /** Asks once whether the cookie of this browser still holds. */
    known: () => (asked ??= restore()),
    /** Asks again: what has to be done first may have changed. */
    refresh: async () => enter(await call(getSession, {})),
    async signIn(username: string, password: string, totp?: string) {
      enter(await call(signIn, { body: { username, password, ...(totp !== undefined && { totp }) } }))
      hasExpired.value = false
    },
    async signOut() {
      await call(signOut, {})
      user.value = duty.value = undefined
      hasExpired.value = false
    },
    end() {
      hasExpired.value = user.value !== undefined
      user.value = duty.value = undefined
    },
    /** Whether the role allows an endpoint, as the contract declares it. */
    can({ access }: Pick<Endpoint, 'access'>): boolean {
      if (access === 'public') return true
      if (!user.value || access === 'gateway') return false
      return access === 'signed-in' || access.includes(user.value.role)
    },
  }
})
