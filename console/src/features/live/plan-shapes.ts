import { divIcon, featureGroup, marker, polygon, polyline, type Layer } from 'leaflet'
import { isArea, toLatLng, type PlanShape } from './plan-layers'

/** Names lie above areas and roads and below devices. */
export const labelPane = 'plan-labels'

const roadWidth = 10
const outlineWidth = 1.5
const gateWidth = 4

function outlineOf(shape: PlanShape): Layer {
  const points = shape.points.map(toLatLng)
  const options = { className: `plan-${shape.kind}`, interactive: false }
  const weight = shape.kind === 'gate' ? gateWidth : outlineWidth
  if (isArea(shape)) return polygon(points, { ...options, weight })
  return polyline(points, { ...options, weight: shape.kind === 'road' ? roadWidth : gateWidth })
}

/** In the upper left corner, where markers in the middle do not hide it; a gate is small, so its name is above. */
function labelOf({ kind, label = '', points }: PlanShape): Layer {
  const corner = { x: Math.min(...points.map(({ x }) => x)), y: Math.max(...points.map(({ y }) => y)) }
  const html = document.createElement('span')
  html.textContent = label
  const className = `plan-label ${kind === 'building' ? 'is-inside' : 'is-above'}`
  const icon = divIcon({ className, html, iconSize: [0, 0] })
  return marker(toLatLng(corner), { icon, interactive: false, keyboard: false, pane: labelPane })
}

/** One shape of the plan as Leaflet draws it; colours come from the style sheet. */
export const drawShape = (shape: PlanShape): Layer =>
  featureGroup(shape.label === undefined ? [outlineOf(shape)] : [outlineOf(shape), labelOf(shape)])
