import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const serial = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{gateway,platform,firmware-sim}/src/**/*.test.ts'] } },
      { plugins: [vue()], test: { name: 'console', include: ['console/src/**/*.test.ts'], environment: 'happy-dom' } },
      {
        test: {
          name: 'integration',
          include: ['{gateway,platform,firmware-sim}/test/*.test.ts'],
          exclude: ['**/*.{system,browser}.test.ts'],
          testTimeout: 30_000,
        },
      },
      { test: { name: 'system', include: ['firmware-sim/test/**/*.system.test.ts'], ...serial } },
      { test: { name: 'browser', include: ['firmware-sim/test/**/*.browser.test.ts'], ...serial } },
    ],
  },
})
