import { shallowRef } from 'vue'
import { useErrorText } from '../i18n/useErrorText'
import { useToasts } from './useToasts'

/** Runs what a button does: busy meanwhile, and a failure is told in words. */
export function useAction() {
  const isBusy = shallowRef(false)
  const errorText = useErrorText()
  const { show } = useToasts()

  /** Whether it worked. */
  async function run(action: () => Promise<unknown>): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    try {
      await action()
      return true
    } catch (error) {
      show({ tone: 'bad', text: errorText(error) })
      return false
    } finally {
      isBusy.value = false
    }
  }
  return { isBusy, run }
}
