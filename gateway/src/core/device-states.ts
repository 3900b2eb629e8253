import type { Dispatch } from './house.ts'
import type { DeviceSignal, SignalContext } from './signals.ts'

/** Tells areas of a device's state when it is another than the one before. */
export function createDeviceStates(dispatch: Dispatch) {
  const last = new Map<string, string>()
  return {
    /** Resolves when all that must not be lost is on disk; a state that could not be stored is told again. */
    async take(state: DeviceSignal, context: SignalContext): Promise<void> {
      const { deviceId } = context
      const text = JSON.stringify(state)
      if (last.get(deviceId) === text) return
      last.set(deviceId, text)
      try {
        await dispatch(state, context)
      } catch (error) {
        last.delete(deviceId)
        throw error
      }
    },
    forget: (deviceId: string) => void last.delete(deviceId),
  }
}
