import type { Device, PlanPosition } from '@gatehouse/platform/contract'
import { divIcon, layerGroup, marker, type Marker } from 'leaflet'
import { toLatLng } from './plan-layers'

export interface MarkerLook {
  readonly mark: string
  readonly title: string
  readonly className: string
}
export interface PlacedLook {
  readonly device: Device
  readonly position: PlanPosition
  readonly look: MarkerLook
}

const markerSize = 26

function iconOf({ mark, className }: MarkerLook) {
  const html = document.createElement('span')
  html.textContent = mark
  return divIcon({ className: `plan-device ${className}`, html, iconSize: [markerSize, markerSize] })
}

/** One marker per device; markers are changed in place and only when they look different, so that the focus stays. */
export function createDeviceMarkers(onOpen: (deviceId: string) => void) {
  const layer = layerGroup()
  const markers = new Map<string, { readonly marker: Marker; readonly drawn: string }>()

  function add(deviceId: string, position: PlanPosition) {
    const added = marker(toLatLng(position), { riseOnHover: true }).addTo(layer)
    added.on('click', () => onOpen(deviceId))
    added.on('keypress', ({ originalEvent }) => originalEvent.key === 'Enter' && onOpen(deviceId))
    return added
  }
  function drawOne({ device, position, look }: PlacedLook) {
    const drawn = JSON.stringify([look, position])
    const known = markers.get(device.id)
    if (known?.drawn === drawn) return
    const placed = known?.marker ?? add(device.id, position)
    placed.setLatLng(toLatLng(position)).setIcon(iconOf(look))
    placed.getElement()?.setAttribute('aria-label', look.title)
    placed.getElement()?.setAttribute('title', look.title)
    markers.set(device.id, { marker: placed, drawn })
  }

  return {
    layer,
    draw(placed: readonly PlacedLook[]) {
      const present = new Set(placed.map(({ device }) => device.id))
      for (const [deviceId, { marker: gone }] of markers) {
        if (present.has(deviceId)) continue
        gone.remove()
        markers.delete(deviceId)
      }
      placed.forEach(drawOne)
    },
  }
}
