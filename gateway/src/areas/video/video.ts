import { causeOf, originOf, type House, type SignalHandlers } from '../../core/house.ts'

/** What cameras see and suffer. */
export function createVideoArea({ store }: House): { readonly signals: SignalHandlers } {
  return {
    signals: {
      'motion-changed': async ({ active, topic }, context) => {
        await store.commit({
          cause: causeOf(context),
          events: [{ type: 'video.motion-changed', ...originOf(context), body: { active, topic } }],
        })
      },
      tampered: async ({ active, topic }, context) => {
        await store.commit({
          cause: causeOf(context),
          events: [{ type: 'video.tampered', ...originOf(context), body: { active, topic } }],
        })
      },
    },
  }
}
