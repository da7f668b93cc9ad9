import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { absentLibrary, libraryProblem, missingLibraryName } from '#main/compute/sessions/provider-library.ts'
import { maxRelativeDifference } from '#main/compute/sessions/probe-provider.ts'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/compute.ts'

test.each([
  ['libcublasLt.so.12: cannot open shared object file: No such file or directory', 'libcublasLt.so.12'],
  ["Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file", 'libvulkan.so.1'],
  [
    'Failed to load library /a/b/libonnxruntime_providers_shared.so with error: /a/b/libx.so: cannot open shared',
    'libx.so',
  ],
  ['dlopen(x): Library not loaded: image not found', null],
  ['Module did not self-register', null],
  ['', null],
])('missingLibraryName(%j)', (message, name) => {
  expect(missingLibraryName(message)).toBe(name)
})

describe.skipIf(process.platform === 'win32')('libraryProblem (its file names are those of Linux and macOS)', () => {
  const folder = temporaryFolder()
  const library = join(folder, 'libonnxruntime_providers_cuda.so')

  test('a library that is not there is named, with what gets it', () => {
    expect(absentLibrary('cuda', folder)?.reason).toContain('libonnxruntime_providers_cuda.so is missing')
  })

  test('what a library that is there lacks is named by the system loader', () => {
    writeFileSync(library, '')
    const complaint = 'libcudnn.so.9: cannot open shared object file: No such file or directory'
    expect(libraryProblem('cuda', folder, () => complaint)).toMatchObject({
      reason: expect.stringContaining('libcudnn.so.9 is missing') as string,
      remedy: expect.stringContaining('libcudnn.so.9') as string,
    })
  })

  test('a library that loads, or is only no Node add-on, is no problem; neither is a provider without one', () => {
    writeFileSync(library, '')
    expect(libraryProblem('cuda', folder, () => null)).toBeNull()
    expect(libraryProblem('cuda', folder, () => `Module did not self-register: '${library}'.`)).toBeNull()
    expect(libraryProblem('webgpu', folder)).toBeNull()
  })
})

describe('maxRelativeDifference', () => {
  const difference = (a: number[], b: number[]) => maxRelativeDifference(Float32Array.from(a), Float32Array.from(b))
  test('over the whole array', () => {
    expect(difference([1, 2, 3], [1, 2, 4])).toBe(0.25)
    expect(difference([], [])).toBe(0)
    expect(difference([0, 0], [0, 0])).toBe(0)
  })
  test('what cannot be compared differs without bound', () => {
    expect(difference([1], [1, 2])).toBe(Infinity)
    expect(difference([NaN, 1], [1, 1])).toBe(Infinity)
    expect(difference([1, NaN, 1], [1, 1, 5])).toBe(Infinity)
  })
})
