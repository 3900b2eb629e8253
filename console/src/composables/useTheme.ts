import { computed, type ComputedRef } from 'vue'
import type { ThemeName } from '../styles/theme'
import { useMediaQuery } from './useMediaQuery'
import { useNow } from './useNow'
import { usePreference } from './usePreference'

export const themeChoices = ['auto', 'dark', 'light'] as const

/** A bright screen blinds whoever looks out of the window at night, whatever the system says. */
export const isNight = (at: number) => {
  const hour = new Date(at).getHours()
  return hour >= 19 || hour < 7
}

export const useThemeChoice = () => usePreference('theme', 'auto', themeChoices)

/** The theme in force: as chosen, else dark at night and as the system says by day. */
export function useTheme(): ComputedRef<ThemeName> {
  const choice = useThemeChoice()
  const systemIsDark = useMediaQuery('(prefers-color-scheme: dark)')
  const now = useNow()
  return computed(() => {
    if (choice.value !== 'auto') return choice.value
    return systemIsDark.value || isNight(now.value) ? 'dark' : 'light'
  })
}
