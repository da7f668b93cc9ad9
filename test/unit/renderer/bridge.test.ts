// @vitest-environment happy-dom
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import vm from 'node:vm'
import { describe, expect, test } from 'vitest'
import { channelPair } from '#shared/rpc/channel-pair.ts'
import { createBridge, type PreloadBridge } from '../../../src-renderer/bridge/bridge.ts'
import { socketAddress } from '../../../src-renderer/bridge/web-bridge.ts'

const folder = join(import.meta.dirname, '../../../src-renderer')

describe('the bridge', () => {
  test('is the preload where there is one', async () => {
    const [channel] = channelPair()
    const preload: PreloadBridge = {
      connect: () => Promise.resolve(channel),
      pathForFile: (file) => (file.name === 'unsaved' ? '' : `/drop/${file.name}`),
      mediaUrl: (path) => `lectern://app/media/${path}`,
    }
    const bridge = createBridge({ lectern: preload } as unknown as Window)
    expect(bridge.kind).toBe('electron')
    expect(await bridge.connect()).toBe(channel)
    expect(bridge.mediaUrl('photo/3')).toBe('lectern://app/media/photo/3')
    expect(bridge.pathForFile(new File([], 'a.pkl'))).toBe('/drop/a.pkl')
    expect(bridge.pathForFile(new File([], 'unsaved'))).toBeNull()
  })

  test('is the local host in a browser, which never learns where dropped files lie', () => {
    const bridge = createBridge(window)
    expect(bridge.kind).toBe('web')
    expect(bridge.mediaUrl('crop/7?v=2')).toBe('/media/crop/7?v=2')
    expect(bridge.pathForFile(new File([], 'a.pkl'))).toBeNull()
  })

  test.each([
    ['http:', '127.0.0.1:4711', 'ws://127.0.0.1:4711/rpc'],
    ['https:', 'lectern.school', 'wss://lectern.school/rpc'],
  ])('talks to the page’s own host over %s', (protocol, host, address) => {
    expect(socketAddress({ protocol, host })).toBe(address)
  })
})

describe('the theme before the first paint', () => {
  const boot = readFileSync(join(folder, 'public/theme-boot.js'), 'utf8')
  const themeFor = (stored: string | null | Error, systemIsDark: boolean): string | undefined => {
    const dataset: Record<string, string> = {}
    vm.runInNewContext(boot, {
      localStorage: {
        getItem: () => {
          if (stored instanceof Error) throw stored
          return stored
        },
      },
      matchMedia: () => ({ matches: systemIsDark }),
      document: { documentElement: { dataset } },
    })
    return dataset['theme']
  }

  test.each<[string | null | Error, boolean, string]>([
    [null, false, 'light'],
    [null, true, 'dark'],
    ['system', true, 'dark'],
    ['light', true, 'light'],
    ['dark', false, 'dark'],
    [new Error('storage is off'), true, 'dark'],
  ])('%s stored, system dark %s: %s', (stored, systemIsDark, theme) => {
    expect(themeFor(stored, systemIsDark)).toBe(theme)
  })

  test('the page has no inline script or style', () => {
    const html = readFileSync(join(folder, 'index.html'), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
  })
})
