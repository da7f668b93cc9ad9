import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settings as contract, settingsSchema } from '#shared/contract/settings.ts'
import { createSettings } from '#main/workbench/settings/create-settings.ts'
import { createSettingsFile } from '#main/workbench/settings/settings-file.ts'
import { temporaryFolder } from '../../support/store.ts'

const inCall = { signal: new AbortController().signal }
const defaults = settingsSchema.parse({})

function open(folder: string) {
  const damaged: string[] = []
  return { service: createSettings(createSettingsFile(folder, (kept) => damaged.push(kept))), damaged }
}

test('without a file the defaults hold, and reading writes nothing', async () => {
  const folder = temporaryFolder()
  expect(await open(folder).service.get({}, inCall)).toEqual(defaults)
  expect(readdirSync(folder)).toEqual([])
})

test('what is set stays after a restart and leaves the rest', async () => {
  const folder = temporaryFolder()
  const { service } = open(folder)
  await service.set({ annotator: 'Ann' }, inCall)
  const change = contract.set.input.parse({ theme: 'dark' })
  const after = await service.set(change, inCall)
  expect(after).toEqual({ ...defaults, annotator: 'Ann', theme: 'dark' })
  expect(await open(folder).service.get({}, inCall)).toEqual(after)
  expect(readdirSync(folder)).toEqual(['settings.json'])
})

test('changes at the same time are all kept', async () => {
  const { service } = open(temporaryFolder())
  await Promise.all([
    service.set({ annotator: 'Ann' }, inCall),
    service.set({ language: 'zh-CN' }, inCall),
    service.set({ device: 'cpu' }, inCall),
  ])
  expect(await service.get({}, inCall)).toMatchObject({ annotator: 'Ann', language: 'zh-CN', device: 'cpu' })
})

test.each(['', '{', '[]', '{"theme":"pink"}', '{"annotator":""}'])(
  'a damaged file (%j) is kept aside and told',
  async (text) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'settings.json'), text)
    const { service, damaged } = open(folder)
    expect(await service.get({}, inCall)).toEqual(defaults)
    expect(damaged).toEqual([join(folder, 'settings.json.damaged')])
    expect(readFileSync(join(folder, 'settings.json.damaged'), 'utf8')).toBe(text)
    await service.set({ theme: 'light' }, inCall)
    expect((await open(folder).service.get({}, inCall)).theme).toBe('light')
  },
)

test('a folder that cannot be written is an AppError', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  const { service } = open(join(folder, 'file'))
  await expect(service.set({ theme: 'dark' }, inCall)).rejects.toMatchObject({ name: 'AppError' })
})
