import { create } from 'qrcode'

/** Light around the code, in modules; readers need it [ISO/IEC 18004 6.3.8]. */
const quietZone = 4

/** The dark modules of a QR code as one path of an SVG, and the length of its side. */
export function qrPath(text: string): { readonly path: string; readonly side: number } {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  const { size } = modules
  let path = ''
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) if (modules.get(y, x)) path += `M${x + quietZone} ${y + quietZone}h1v1h-1z`
  }
  return { path, side: size + 2 * quietZone }
}
