import { listCompounds, type Compound } from '@gatehouse/platform/contract'
import {
  computed,
  inject,
  provide,
  type ComputedRef,
  type InjectionKey,
  type ShallowRef,
  type WritableComputedRef,
} from 'vue'
import { call } from '../api/http'
import { usePreference } from './usePreference'
import { useResource } from './useResource'

export interface Compounds {
  readonly compounds: ComputedRef<readonly Compound[]>
  readonly isLoaded: ComputedRef<boolean>
  /** The compound that is being watched; '' for all. */
  readonly chosenId: WritableComputedRef<string>
  readonly chosen: ComputedRef<Compound | undefined>
  readonly error: ShallowRef<unknown>
  readonly reload: () => Promise<void>
}

const compoundsKey: InjectionKey<Compounds> = Symbol('compounds')

/** Loads the compounds inside the scope, for the whole page. */
export function provideCompounds(): Compounds {
  const { data, error, reload } = useResource(() => call(listCompounds, {}))
  const remembered = usePreference<string>('compound', '')
  const chosenId = computed({
    get() {
      const compounds = data.value ?? []
      const only = compounds.length === 1 ? compounds[0]?.id : undefined
      return only ?? compounds.find(({ id }) => id === remembered.value)?.id ?? ''
    },
    set: (id) => (remembered.value = id),
  })
  const all: Compounds = {
    compounds: computed(() => data.value ?? []),
    isLoaded: computed(() => data.value !== undefined),
    chosenId,
    chosen: computed(() => data.value?.find(({ id }) => id === chosenId.value)),
    error,
    reload,
  }
  provide(compoundsKey, all)
  return all
}

export function useCompounds(): Compounds {
  const compounds = inject(compoundsKey)
  if (!compounds) throw new Error('No compounds were provided')
  return compounds
}
