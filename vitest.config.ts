import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const project = (name: string, timeoutMs: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeoutMs, hookTimeout: timeoutMs },
})

/** `e2e` drives the built application in Chromium, one file at a time; the others run from source. */
export default defineConfig({
  plugins: [vue()],
  test: {
    projects: [
      project('unit', 20_000),
      project('architecture', 30_000),
      project('integration', 60_000),
      project('parity', 60_000),
      { extends: true, test: { ...project('e2e', 120_000).test, fileParallelism: false } },
    ],
  },
})
