import type { SecondPersonAsked, UserEntry } from '@gatehouse/platform/contract'
import { useAction } from '../../composables/useAction'
import { useToasts } from '../../composables/useToasts'
import { useText } from '../../i18n'

/** Runs a change that may have to wait for a second person, and says what became of it. */
export function usePersonChange() {
  const { t } = useText()
  const { show } = useToasts()
  const { isBusy, run } = useAction()

  function tell(answer: UserEntry | SecondPersonAsked) {
    if ('approvalId' in answer) show({ tone: 'good', text: t('people.asked') })
    else if (answer.alone === true) show({ tone: 'good', text: t('people.alone') })
    else show({ tone: 'good', text: t('people.saved', { name: answer.name }) })
  }

  return {
    isBusy,
    /** Whether it worked. */
    change: (action: () => Promise<UserEntry | SecondPersonAsked>) => run(async () => tell(await action())),
  }
}
