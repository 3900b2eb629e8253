import { getSession, signIn, signOut, type Endpoint, type User } from '@gatehouse/platform/contract'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { ApiError, call } from '../api/http'

/** Who is signed in, and what they may do. */
export const useSession = defineStore('session', () => {
  const user = shallowRef<User>()
  /** The session ended by itself; the sign-in page says so. */
  const hasExpired = shallowRef(false)
  let asked: Promise<void> | undefined

  async function restore() {
    try {
      user.value = (await call(getSession, {})).user
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) asked = undefined // not known yet: ask again next time
    }
  }

  return {
    user,
    hasExpired,
    /** Asks once whether the cookie of this browser still holds. */
    known: () => (asked ??= restore()),
    async signIn(username: string, password: string) {
      user.value = (await call(signIn, { body: { username, password } })).user
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
