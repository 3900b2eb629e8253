import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDamage, rescueIfDamaged, type Rescue } from '../../../database/rescue.ts'
import { openStore } from './store.ts'
import type { StoreOptions } from './store-context.ts'

type Store = ReturnType<typeof openStore>

/** A store that puts a damaged file aside, saves what can be read of it, and goes on. */
export function openMendedStore(options: StoreOptions, onRescue: (rescue: Rescue) => void): Store {
  let store = open()

  function mend() {
    for (const name of readdirSync(options.folder)) {
      if (!/^[a-z0-9-]+\.sqlite$/.test(name)) continue
      const rescue = rescueIfDamaged(join(options.folder, name), Date.now())
      if (rescue) onRescue(rescue)
    }
  }

  function open(): Store {
    try {
      return openStore(options)
    } catch (error) {
      if (!isDamage(error)) throw error
      mend()
      return openStore(options)
    }
  }

  function mended<A extends unknown[], R>(call: (current: Store, ...args: A) => R) {
    return (...args: A): R => {
      try {
        return call(store, ...args)
      } catch (error) {
        if (!isDamage(error)) throw error
      }
      try {
        store.close()
      } catch {
        // What is damaged need not close well; a new connection is made.
      }
      mend()
      store = open()
      return call(store, ...args)
    }
  }

  return {
    write: mended((current, points: Parameters<Store['write']>[0]) => current.write(points)),
    series: mended((current, query: Parameters<Store['series']>[0]) => current.series(query)),
    settle: mended((current) => current.settle()),
    forget: mended((current) => current.forget()),
    close: () => store.close(),
  }
}
