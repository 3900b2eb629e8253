import type { Device, SitePlan } from '@gatehouse/platform/contract'
import { CRS, latLngBounds, layerGroup, map, point, type Map as LeafletMap } from 'leaflet'
import { onMounted, onScopeDispose, watch, type ShallowRef } from 'vue'
import { createDeviceMarkers, type MarkerLook } from './device-markers'
import { placedDevices, planExtent, toLatLng } from './plan-layers'
import { drawShape, labelPane } from './plan-shapes'

/** Pixels around the plan: markers on its edge are whole, and names fit above the uppermost gate. */
const room = { topLeft: point(20, 30), bottomRight: point(20, 64) } as const
/** How far past its edge the plan may be pushed, as a part of its size. */
const slack = 0.1

interface SiteMapOptions {
  readonly container: Readonly<ShallowRef<HTMLElement | null>>
  readonly plan: () => SitePlan
  readonly devices: () => readonly Device[]
  readonly look: (device: Device) => MarkerLook
  readonly onOpen: (deviceId: string) => void
}

function createMap(container: HTMLElement): LeafletMap {
  const site = map(container, {
    crs: CRS.Simple,
    attributionControl: false,
    zoomControl: false,
    minZoom: -4,
    maxZoom: 4,
    zoomSnap: 0.1,
    zoomDelta: 0.5,
    maxBoundsViscosity: 1,
  })
  const pane = site.createPane(labelPane)
  pane.style.zIndex = '450'
  pane.style.pointerEvents = 'none'
  return site
}

/** Draws the plan and one marker per placed device, and keeps both current. */
export function useSiteMap({ container, plan, devices, look, onOpen }: SiteMapOptions) {
  const shapes = layerGroup()
  const markers = createDeviceMarkers(onOpen)
  let site: LeafletMap | undefined
  const observer = new ResizeObserver(() => fit())

  /** As large as the frame allows; further out there would be nothing to see. */
  function fit() {
    if (!site) return
    const { lower, upper } = planExtent(plan(), devices())
    const bounds = latLngBounds(toLatLng(lower), toLatLng(upper))
    site.invalidateSize().setMinZoom(-4)
    site.fitBounds(bounds, {
      animate: false,
      paddingTopLeft: room.topLeft,
      paddingBottomRight: room.bottomRight,
    })
    site.setMinZoom(site.getZoom()).setMaxBounds(bounds.pad(slack).extend(site.getBounds()))
    markers.arrange(site)
  }
  function drawPlan() {
    shapes.clearLayers()
    for (const shape of plan().shapes) shapes.addLayer(drawShape(shape))
    fit()
  }
  const looks = () => placedDevices(devices()).map(({ device, position }) => ({ device, position, look: look(device) }))
  /** Changes only when a device comes, goes or is moved. */
  const places = () => JSON.stringify(placedDevices(devices()).map(({ device, position }) => [device.id, position]))

  onMounted(() => {
    if (!container.value) return
    const created = (site = createMap(container.value))
    shapes.addTo(created)
    markers.layer.addTo(created)
    markers.draw(looks())
    drawPlan()
    created.on('zoomend', () => markers.arrange(created))
    observer.observe(container.value)
  })
  watch(plan, drawPlan)
  watch(looks, (placed) => site && markers.draw(placed))
  watch(places, fit)
  onScopeDispose(() => {
    observer.disconnect()
    site?.remove()
  })
  return { zoomIn: () => site?.zoomIn(), zoomOut: () => site?.zoomOut() }
}
