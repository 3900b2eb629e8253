import type { Device, SitePlan } from '@gatehouse/platform/contract'
import { CRS, latLngBounds, layerGroup, map, type Map as LeafletMap } from 'leaflet'
import { onMounted, onScopeDispose, watch, type ShallowRef } from 'vue'
import { createDeviceMarkers, type MarkerLook } from './device-markers'
import { placedDevices } from './plan-layers'
import { drawShape } from './plan-shapes'

/** Pixels around the plan, so that markers on its edge are whole. */
const markerRoom = 18

interface SiteMapOptions {
  readonly container: Readonly<ShallowRef<HTMLElement | null>>
  readonly plan: () => SitePlan
  readonly devices: () => readonly Device[]
  readonly look: (device: Device) => MarkerLook
  readonly onOpen: (deviceId: string) => void
}

/** Draws the plan and one marker per placed device, and keeps both current. */
export function useSiteMap({ container, plan, devices, look, onOpen }: SiteMapOptions) {
  const shapes = layerGroup()
  const markers = createDeviceMarkers(onOpen)
  let site: LeafletMap | undefined
  const observer = new ResizeObserver(() => fit())

  function fit() {
    const { width, height } = plan()
    site?.invalidateSize()
    site?.fitBounds(latLngBounds([0, 0], [height, width]), { animate: false, padding: [markerRoom, markerRoom] })
  }
  function drawPlan() {
    shapes.clearLayers()
    for (const shape of plan().shapes) shapes.addLayer(drawShape(shape))
    fit()
  }
  const looks = () => placedDevices(devices()).map(({ device, position }) => ({ device, position, look: look(device) }))

  onMounted(() => {
    if (!container.value) return
    site = map(container.value, {
      crs: CRS.Simple,
      attributionControl: false,
      zoomControl: false,
      minZoom: -4,
      maxZoom: 4,
      zoomSnap: 0.1,
      zoomDelta: 0.5,
    })
    shapes.addTo(site)
    markers.layer.addTo(site)
    drawPlan()
    markers.draw(looks())
    observer.observe(container.value)
  })
  watch(plan, drawPlan)
  watch(looks, (placed) => site && markers.draw(placed))
  onScopeDispose(() => {
    observer.disconnect()
    site?.remove()
  })
  return { zoomIn: () => site?.zoomIn(), zoomOut: () => site?.zoomOut() }
}
