import { shallowRef } from 'vue'

export interface Toast {
  readonly id: number
  readonly tone: 'good' | 'bad'
  readonly text: string
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** Long enough to read and to reach "undo". */
const shownMs = 6000
const toasts = shallowRef<readonly Toast[]>([])
let lastId = 0

const dismiss = (id: number) => (toasts.value = toasts.value.filter((toast) => toast.id !== id))

/** Short messages about what has just been done. */
export function useToasts() {
  return {
    toasts,
    dismiss,
    show: (toast: Omit<Toast, 'id'>) => {
      const id = ++lastId
      toasts.value = [...toasts.value.slice(-2), { ...toast, id }]
      setTimeout(() => dismiss(id), shownMs)
    },
  }
}
