import { listApprovals, listAuditEntries, listContinuity, listUsers } from '@gatehouse/platform/contract'
import { computed } from 'vue'
import { useSession } from '../stores/session'
import { firstParkingPage } from './parking-pages'

const everyday = ['live', 'alerts', 'devices', 'broadcast'] as const
/** Pages that a phone has no room for in its bar: there they are in the user menu. */
const further = {
  gateways: listContinuity,
  audit: listAuditEntries,
  people: listUsers,
  approvals: listApprovals,
} as const
type Further = keyof typeof further
export type NavPage = (typeof everyday)[number] | 'parking' | Further

/** The pages that the role may open. */
export function useNavPages() {
  const session = useSession()
  const allowed = computed(() => (Object.keys(further) as Further[]).filter((page) => session.can(further[page])))
  return {
    further: allowed,
    all: computed((): readonly NavPage[] => [
      ...everyday,
      ...(firstParkingPage(session.can) ? (['parking'] as const) : []),
      ...allowed.value,
    ]),
    isFurther: (page: NavPage) => page in further,
  }
}
