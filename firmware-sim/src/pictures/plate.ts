import type { PlateColour } from '@gatehouse/gateway/protocol'
import { box, vertical } from './brushwork.ts'
import { font } from './fonts.ts'
import type { Brush } from './frame.ts'

interface Paint {
  readonly top: string
  readonly bottom: string
  readonly ink: string
}

const paints: Record<PlateColour, Paint> = {
  blue: { top: '#1c55b8', bottom: '#163f92', ink: '#f7f9ff' },
  yellow: { top: '#f6c31c', bottom: '#e4a90c', ink: '#131313' },
  green: { top: '#f3fbf2', bottom: '#4fb963', ink: '#101613' },
  white: { top: '#fafafa', bottom: '#e3e6ea', ink: '#131313' },
  black: { top: '#23262b', bottom: '#121417', ink: '#f2f2f2' },
  unknown: { top: '#dadada', bottom: '#bdbdbd', ink: '#222' },
}

/** GA 36: 440 × 140 mm, new energy 480 × 140 mm; the point stands after the second character. */
export function drawPlate(
  brush: Brush,
  { plate, colour }: { readonly plate: string; readonly colour: PlateColour },
  { x, y, w }: { readonly x: number; readonly y: number; readonly w: number },
) {
  const h = w / (colour === 'green' ? 480 / 140 : 440 / 140)
  const { top, bottom, ink } = paints[colour]
  const left = x - w / 2
  box(brush, { x: left - 3, y: y - 3, w: w + 6, h: h + 6 }, { fill: 'rgba(10, 12, 14, 0.85)', radius: 5 })
  box(
    brush,
    { x: left, y, w, h },
    {
      fill: vertical(
        brush,
        [y, y + h],
        [
          [0, top],
          [1, bottom],
        ],
      ),
      radius: 4,
    },
  )
  brush.strokeStyle = ink
  brush.globalAlpha = 0.85
  brush.lineWidth = Math.max(1, w / 130)
  brush.beginPath()
  brush.roundRect(left + w * 0.015, y + w * 0.015, w * 0.97, h - w * 0.03, 3)
  brush.stroke()
  brush.globalAlpha = 1
  const text = plate === '' ? '' : `${plate.slice(0, 2)}·${plate.slice(2)}`
  brush.font = font(h * 0.68, 700)
  brush.textAlign = 'center'
  brush.textBaseline = 'middle'
  brush.fillStyle = ink
  brush.fillText(text, x, y + h * 0.52, w * 0.9)
  brush.textBaseline = 'alphabetic'
}
