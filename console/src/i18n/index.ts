import { computed, watch } from 'vue'
import { createI18n, useI18n } from 'vue-i18n'
import { usePreference } from '../composables/usePreference'
import { zhCN } from './zh-CN'
import type { zhCNParking } from './zh-CN-parking'
import type { zhCNPay } from './zh-CN-pay'

type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> }
/** What every language has to say at once. */
export type Texts = Shape<typeof zhCN>
/** What only the pages about parking say; they bring it along. */
export type ParkingTexts = Shape<typeof zhCNParking>
/** What the page behind a lane's QR code says. */
export type PayTexts = Shape<typeof zhCNPay>
type AllTexts = Texts & ParkingTexts & PayTexts

type Paths<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}` }[keyof T & string]
/** Every text by its path, for example `alert.resolve`. */
export type TextKey = Paths<AllTexts>
/** The groups whose keys come from data: names of capabilities, kinds, codes. */
export type LabelGroup = keyof AllTexts

export const locales = ['zh-CN', 'en'] as const
export type Locale = (typeof locales)[number]

/** `fallback` counts for the first who asks, as long as nobody has chosen. */
export const useLocaleChoice = (fallback: Locale = 'zh-CN') => usePreference<Locale>('language', fallback, locales)

export function createConsoleI18n(
  messages: Record<string, Texts | PayTexts> = { 'zh-CN': zhCN },
  locale: string = 'zh-CN',
) {
  return createI18n({
    legacy: false,
    locale,
    fallbackLocale: 'zh-CN',
    messages,
    missingWarn: false,
    fallbackWarn: false,
  })
}
type ConsoleI18n = ReturnType<typeof createConsoleI18n>

/** Keeps the language as chosen, here and in the page's `lang`; English is fetched when first needed. */
export function followLocaleChoice({ global }: ConsoleI18n) {
  const choice = useLocaleChoice()
  const apply = async (locale: Locale) => {
    if (locale === 'en' && !global.availableLocales.includes('en')) {
      const { en } = await import('./en')
      global.setLocaleMessage('en', en)
    }
    if (locale !== choice.value) return
    global.locale.value = locale
    document.documentElement.lang = locale
  }
  watch(choice, (locale) => void apply(locale))
  return apply(choice.value)
}

/** `face-gate` and `parking.entry-refused` as keys: `faceGate`, `parkingEntryRefused`. */
export const labelKey = (name: string) => name.replace(/[-.](\w)/g, (_, letter: string) => letter.toUpperCase())

/** The texts of the chosen language. */
export function useText() {
  const i18n = useI18n({ useScope: 'global' })
  const has = (path: string) => i18n.te(path) || i18n.te(path, 'zh-CN')
  return {
    locale: computed(() => i18n.locale.value as Locale),
    t: (key: TextKey, values: Readonly<Record<string, string | number>> = {}) => i18n.t(key, values),
    /** The word for something that data names; `fallback` (else the name itself) when there is none. */
    label: (group: LabelGroup, name: string, fallback: string = name) => {
      const path = `${group}.${labelKey(name)}`
      return has(path) ? i18n.t(path) : fallback
    },
  }
}
export type Text = ReturnType<typeof useText>
