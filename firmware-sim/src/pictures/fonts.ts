import { GlobalFonts } from '@napi-rs/canvas'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const shipped = 'Gatehouse Sans SC'
/** Where the font package is not installed, a Chinese font of the system does as well. */
const fallbacks =
  '"Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif'

/** Registers the slices of the packaged font under one family; a machine needs no Chinese font of its own. */
function registerShipped(): boolean {
  try {
    const manifest = createRequire(import.meta.url).resolve('@fontsource-variable/noto-sans-sc/package.json')
    const folder = join(dirname(manifest), 'files')
    const slices = readdirSync(folder).filter((name) => name.endsWith('-wght-normal.woff2'))
    for (const slice of slices) GlobalFonts.registerFromPath(join(folder, slice), shipped)
    return slices.length > 0
  } catch {
    return false // the package is optional: the system's fonts are next
  }
}

let families: string | undefined

/** A CSS font of the given size that has Latin and Chinese characters. */
export function font(sizePx: number, weight = 500): string {
  families ??= registerShipped() ? `"${shipped}", ${fallbacks}` : fallbacks
  return `${weight} ${sizePx}px ${families}`
}
