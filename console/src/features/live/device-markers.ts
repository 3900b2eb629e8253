import type { Device, PlanPosition } from '@gatehouse/platform/contract'
import { divIcon, layerGroup, marker, point, type Map as LeafletMap, type Marker } from 'leaflet'
import { toLatLng } from './plan-layers'
import { spread } from './spread'

export interface MarkerLook {
  readonly mark: string
  /** For who cannot see the plan. */
  readonly title: string
  readonly tooltip: readonly string[]
  readonly className: string
  readonly isHighlighted: boolean
}
export interface PlacedLook {
  readonly device: Device
  readonly position: PlanPosition
  readonly look: MarkerLook
}

const markerSize = 26
/** From centre to centre: each marker can be seen and hit. */
const markerRoom = markerSize + 4
/** The marker that is pointed out lies above its neighbours. */
const abovePixels = 1000

function iconOf({ mark, className, isHighlighted }: MarkerLook) {
  const html = document.createElement('span')
  html.textContent = mark
  return divIcon({
    className: `plan-device ${className} ${isHighlighted ? 'is-highlighted' : ''}`,
    html,
    iconSize: [markerSize, markerSize],
  })
}

function tooltipOf({ tooltip }: MarkerLook): HTMLElement {
  const content = document.createElement('span')
  for (const line of tooltip) content.appendChild(document.createElement('span')).textContent = line
  return content
}

interface Placed {
  readonly marker: Marker
  position: PlanPosition
  drawn: string
}

/** One marker per device; markers are changed in place and only when they look different, so that the focus stays. */
export function createDeviceMarkers(onOpen: (deviceId: string) => void) {
  const layer = layerGroup()
  const markers = new Map<string, Placed>()

  function add(deviceId: string, position: PlanPosition): Placed {
    const added = marker(toLatLng(position), { riseOnHover: true }).addTo(layer)
    added.on('click', () => onOpen(deviceId))
    added.on('keypress', ({ originalEvent }) => originalEvent.key === 'Enter' && onOpen(deviceId))
    added.bindTooltip('', { direction: 'top', offset: point(0, -markerSize / 2), className: 'plan-tooltip' })
    const placed = { marker: added, position, drawn: '' }
    markers.set(deviceId, placed)
    return placed
  }
  function drawOne({ device, position, look }: PlacedLook) {
    const placed = markers.get(device.id) ?? add(device.id, position)
    placed.position = position
    const drawn = JSON.stringify(look)
    if (placed.drawn === drawn) return
    placed.drawn = drawn
    placed.marker.setIcon(iconOf(look)).setTooltipContent(tooltipOf(look))
    placed.marker.setZIndexOffset(look.isHighlighted ? abovePixels : 0)
    placed.marker.getElement()?.setAttribute('aria-label', look.title)
    if (look.isHighlighted) placed.marker.openTooltip()
    else placed.marker.closeTooltip()
  }

  /** Devices that stand close together are drawn side by side; how close depends on the zoom. */
  function arrange(site: LeafletMap) {
    const all = [...markers.values()]
    const spots = spread(
      all.map(({ position }) => site.project(toLatLng(position))),
      markerRoom,
    )
    for (const [index, { x, y }] of spots.entries()) {
      const place = site.unproject(point(x, y))
      const placed = all[index]?.marker
      if (placed && !placed.getLatLng().equals(place)) placed.setLatLng(place)
    }
  }

  return {
    layer,
    arrange,
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
