import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const platform = 'http://127.0.0.1:8080'

/** Every path of the public pay page is one file, as the platform serves it. */
const payPage: Plugin = {
  name: 'pay-page',
  configureServer({ middlewares }) {
    middlewares.use((request, _response, next) => {
      if (request.url?.startsWith('/pay/')) request.url = '/pay.html'
      next()
    })
  },
}

export default defineConfig({
  plugins: [vue(), payPage],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  // The chart library alone is larger than the usual limit; it is loaded only where a chart is shown.
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 600,
    // A driver at a lane has a phone and a bad line: the pay page loads nothing of the console.
    rolldownOptions: { input: ['index.html', 'pay.html'].map((page) => `${import.meta.dirname}/${page}`) },
  },
  server: {
    // The host stays as the browser sent it: the platform refuses requests from another origin.
    proxy: {
      '/api': { target: platform, changeOrigin: false },
      '/socket.io': { target: platform, changeOrigin: false, ws: true },
    },
  },
})
