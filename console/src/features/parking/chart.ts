import { defineAsyncComponent } from 'vue'

/** The chart library is loaded only where a chart is shown. */
export const FiguresChart = defineAsyncComponent(() => import('./FiguresChart.vue'))
