import type { GlobalThemeOverrides } from 'naive-ui'

export type ThemeName = 'dark' | 'light'

/** Every colour of the console. Text on its ground reaches at least 4.5:1, most of it 7:1. */
export const palettes = {
  dark: {
    ground: '#0c1116',
    panel: '#131a21',
    raised: '#1b242d',
    line: '#2b3743',
    text: '#e9eff5',
    muted: '#a3b3c2',
    accent: '#5aaeff',
    'on-accent': '#06121e',
    ok: '#4cc991',
    critical: '#ff7272',
    'critical-ground': '#34151a',
    major: '#ffb855',
    'major-ground': '#2f2412',
    minor: '#8fc1ff',
    'minor-ground': '#16263a',
    offline: '#9aa7b4',
    'plan-ground': '#10171d',
    'plan-building': '#2a3846',
    'plan-road': '#1d252d',
    'plan-green': '#17291f',
    'plan-gate': '#d9a441',
  },
  light: {
    ground: '#eef2f6',
    panel: '#ffffff',
    raised: '#f4f7fa',
    line: '#cdd7e0',
    text: '#14202b',
    muted: '#4c5d6d',
    accent: '#0a5fc0',
    'on-accent': '#ffffff',
    ok: '#0d7546',
    critical: '#bd1a2b',
    'critical-ground': '#fdebec',
    major: '#8a5000',
    'major-ground': '#fff4e0',
    minor: '#1c5aa6',
    'minor-ground': '#e8f1fc',
    offline: '#5b6875',
    'plan-ground': '#e6ebe6',
    'plan-building': '#c3cfda',
    'plan-road': '#f8fafb',
    'plan-green': '#cfe3d2',
    'plan-gate': '#b27a12',
  },
} as const satisfies Record<ThemeName, Record<string, string>>

/** Publishes a palette as CSS custom properties and tells the browser for its own widgets. */
export function paint(theme: ThemeName, root: HTMLElement = document.documentElement) {
  for (const [name, colour] of Object.entries(palettes[theme])) root.style.setProperty(`--${name}`, colour)
  root.style.colorScheme = theme
  root.dataset['theme'] = theme
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', palettes[theme].panel)
}

/** The same colours for Naive UI, which computes shades and therefore cannot read custom properties. */
export function naiveOverrides(theme: ThemeName): GlobalThemeOverrides {
  const colours = palettes[theme]
  return {
    common: {
      primaryColor: colours.accent,
      primaryColorHover: colours.accent,
      primaryColorPressed: colours.accent,
      primaryColorSuppl: colours.accent,
      errorColor: colours.critical,
      errorColorHover: colours.critical,
      warningColor: colours.major,
      successColor: colours.ok,
      textColorBase: colours.text,
      textColor2: colours.text,
      borderColor: colours.line,
      inputColor: colours.raised,
      borderRadius: '8px',
      heightMedium: '44px',
      heightLarge: '48px',
      heightSmall: '36px',
      fontSizeMedium: '1rem',
      fontSizeSmall: '0.9375rem',
      fontFamily: 'inherit',
    },
    Button: { textColorPrimary: colours['on-accent'], textColorHoverPrimary: colours['on-accent'], fontWeight: '600' },
    Input: { border: `1px solid ${colours.line}`, placeholderColor: colours.muted },
  }
}
