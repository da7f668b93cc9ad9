import { availableParallelism } from 'node:os'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const project = (name: string, timeoutMs: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeoutMs, hookTimeout: timeoutMs },
})

/** `e2e` drives the built application in Chromium, after the others and one file at a time; they run from source, two files at least at once. */
export default defineConfig({
  plugins: [vue()],
  test: {
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    projects: [
      project('unit', 20_000),
      project('architecture', 30_000),
      project('integration', 60_000),
      project('parity', 60_000),
      { extends: true, test: { ...project('e2e', 120_000).test, fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
})
