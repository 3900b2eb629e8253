import { onScopeDispose } from 'vue'

/** Enter or the space bar answers, unless a control or a dialog has the focus: there they mean what they always do. */
export function useAnswerKey(answer: () => void) {
  function listen(event: KeyboardEvent) {
    if (event.key !== 'Enter' && event.key !== ' ') return
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    const { target } = event
    if (target instanceof HTMLElement && target.closest('a, button, input, textarea, select, summary, dialog')) return
    if (document.querySelector('dialog[open]')) return
    event.preventDefault()
    answer()
  }
  window.addEventListener('keydown', listen)
  onScopeDispose(() => window.removeEventListener('keydown', listen))
}
