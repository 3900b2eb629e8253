import { featureGroup, polygon, polyline, tooltip, type Layer } from 'leaflet'
import { isArea, toLatLng, type PlanShape } from './plan-layers'

const roadWidth = 10
const outlineWidth = 1.5

function outlineOf(shape: PlanShape): Layer {
  const points = shape.points.map(toLatLng)
  const options = { className: `plan-${shape.kind}`, interactive: false }
  if (isArea(shape)) return polygon(points, { ...options, weight: outlineWidth })
  return polyline(points, { ...options, weight: shape.kind === 'road' ? roadWidth : outlineWidth })
}

/** The name hangs below the upper edge of an area, where markers in its middle do not hide it. */
function labelOf({ label = '', points }: PlanShape): Layer {
  const xs = points.map(({ x }) => x)
  const top = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: Math.max(...points.map(({ y }) => y)) }
  const direction = points.length > 2 ? 'bottom' : 'top'
  return tooltip(toLatLng(top), { content: label, permanent: true, direction, className: 'plan-label', offset: [0, 0] })
}

/** One shape of the plan as Leaflet draws it; colours come from the style sheet. */
export const drawShape = (shape: PlanShape): Layer =>
  featureGroup(shape.label === undefined ? [outlineOf(shape)] : [outlineOf(shape), labelOf(shape)])
