import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import { jpeg, laughter, singleHead, withEntry } from '../../support/bad-files.ts'
import { describeRefusals, type BadInput } from '../../support/bad-input.ts'
import { bmp } from '../../support/photo-files.ts'
import { dict, featureDict, floats, gridValues } from '../../support/feature-pickles.ts'
import { fullProject, type FullProject } from '../../support/real-workbench.ts'

const exporting = (
  what: string,
  code: string,
  out: (full: FullProject) => string,
  ...names: readonly string[]
): BadInput => ({
  what,
  code,
  names,
  attempt: (full) => full.client.exchange.exportFeatures({ out: out(full) }),
})
const reporting = (
  what: string,
  code: string,
  out: (full: FullProject) => string,
  ...names: readonly string[]
): BadInput => ({
  what,
  code,
  names,
  attempt: (full) => full.client.reports.write({ runId: full.runId, out: out(full), formats: ['html', 'csv', 'json'] }),
})

describeRefusals('an export to where it cannot be', [
  exporting(
    'a folder that is not there',
    'export.write-failed',
    ({ folder }) => join(folder, 'none', 'out.pkl'),
    'none/out.pkl',
    'does not exist',
  ),
  exporting('below a file', 'export.write-failed', ({ put }) => join(put('file', ''), 'out.pkl'), 'file/out.pkl'),
  exporting('a folder of that name', 'export.write-failed', ({ photos }) => photos, 'photos'),
  exporting('over what was imported', 'export.overwrites-source', ({ features }) => features, 'features.pkl'),
  ...(process.platform === 'win32'
    ? []
    : [exporting('a device', 'export.write-failed', () => '/dev/full', '/dev/full', 'device')]),
  reporting(
    'a report below a file',
    'file.failed',
    ({ put }) => join(put('file', ''), 'report'),
    'report.html',
    'a part of its path is a file',
  ),
  ...(process.platform === 'linux'
    ? [
        reporting(
          'a report where the system takes no folder',
          'file.failed',
          () => '/proc/report',
          '/proc/report',
          'no folder can be made there',
        ),
        {
          what: "RAFNet's extractor, its pickle where the system takes no folder",
          code: 'export.write-failed',
          names: ['/proc/out/features.pkl', 'no folder can be made there'],
          attempt: ({ client }: FullProject) =>
            client.extraction.extract({ out: '/proc/out/features.pkl', device: 'cpu' }),
        },
      ]
    : []),
  {
    what: 'a split that nobody has',
    code: 'export.no-scenes',
    names: ['test'],
    attempt: ({ client, folder }) => client.exchange.exportFeatures({ out: join(folder, 'out.pkl'), split: 'test' }),
  },
  {
    what: 'features that nobody has',
    code: 'export.modality-unknown',
    names: ['vit'],
    attempt: ({ client, folder }) =>
      client.exchange.exportFeatures({ out: join(folder, 'out.pkl'), modalities: ['vit'] }),
  },
  {
    what: 'photos of a folder that is not there',
    code: 'exchange.file-missing',
    names: ['none'],
    attempt: ({ client, folder }) => client.exchange.scanPhotos({ folder: join(folder, 'none') }),
  },
  {
    what: 'photos of a folder that is a file',
    code: 'exchange.not-a-folder',
    names: ['features.pkl'],
    attempt: ({ client, features }) => client.exchange.scanPhotos({ folder: features }),
  },
  {
    what: 'photos linked to a folder that is not there',
    code: 'project.photos-missing',
    names: ['none'],
    attempt: ({ client, folder }) => client.project.relinkPhotos({ photoRoot: join(folder, 'none') }),
  },
])

describe('photos that are none', () => {
  let full: FullProject
  beforeAll(async () => {
    full = await fullProject()
  })
  afterAll(() => full.close())

  const photo = jpeg(7)
  const huge = Buffer.from(bmp(1, 1, new Uint8ClampedArray(4)))
  huge.writeInt32LE(60_000, 18)
  huge.writeInt32LE(60_000, 22)

  test.each([
    ['text.jpg', Buffer.from('I am a diary'), 'no JPEG, PNG'],
    ['empty.jpg', Buffer.alloc(0), 'empty (0 bytes)'],
    ['header-only.jpg', photo.subarray(0, 12), 'no JPEG, PNG'],
    ['huge.bmp', huge, '60000'],
  ])('%s is left out by name, and no scene is made of it', async (name, content, reason) => {
    const before = await full.client.scenes.list({})
    writeFileSync(join(full.photos, name), content)
    const summary = await full.client.exchange.scanPhotos({})
    rmSync(join(full.photos, name))
    const finding = summary.findings.find(({ code }) => code === 'photo-unreadable')
    expect(summary).toMatchObject({ added: 0, missing: 0 })
    expect(finding).toMatchObject({ severity: 'warning', count: 1 })
    expect(finding?.examples[0]).toContain(name)
    expect(finding?.examples[0]).toContain(reason)
    expect(await full.client.scenes.list({})).toEqual(before)
  })

  test('a photo that was cut is a scene whose pictures say so; the others are shown', async () => {
    writeFileSync(join(full.photos, 'cut.jpg'), photo.subarray(0, photo.length - 60))
    const summary = await full.client.exchange.scanPhotos({})
    expect(summary).toMatchObject({ added: 1 })
    const { rows } = await full.client.scenes.list({ query: 'cut' })
    const answer = await full.session.media(`thumbnail/${rows[0]!.id}`)
    expect([answer.status, String(answer.body)]).toEqual([
      500,
      expect.stringMatching(/^photo\.unreadable: .*cut\.jpg.*ends early.*\.$/),
    ])
    const others = await full.client.scenes.list({ query: 'first' })
    expect(await full.session.media(`thumbnail/${others.rows[0]!.id}`)).toMatchObject({ status: 200 })
    expect(await full.session.media('thumbnail/../../etc/passwd')).toMatchObject({ status: 404 })
  })

  test('a photo that became text loses its picture, not its scene', async () => {
    writeFileSync(join(full.photos, 'second.jpg'), 'I am a diary')
    const before = await full.client.scenes.list({})
    const summary = await full.client.exchange.scanPhotos({})
    expect(summary.findings.map(({ code }) => code)).toEqual(['photo-unreadable'])
    const after = await full.client.scenes.list({})
    expect(after.total).toBe(before.total)
    expect(after.rows.find(({ name }) => name === 'second.jpg')?.hasPhoto).toBe(false)
  })
})

describe('what is odd but can be used', () => {
  let full: FullProject
  beforeAll(async () => {
    full = await fullProject()
    await full.client.project.create({ folder: join(full.folder, 'odd.lectern'), photoRoot: null })
  })
  afterAll(() => full.close())

  const importing = (name: string, content: Uint8Array) =>
    full.client.exchange.importFile({ file: full.put(name, content) })
  const codes = ({ findings }: { readonly findings: readonly { readonly code: string }[] }) =>
    findings.map(({ code }) => code)

  test('labels outside the classes are left out and told', async () => {
    const summary = await importing('labels.pkl', writePickle(featureDict(6, { labels: floats([0, 5, -1, 99, 4, 1]) })))
    expect(summary).toMatchObject({ students: 6, labels: 3 })
    expect(codes(summary)).toContain('labels-unknown')
  })

  test('vectors with NaN are told by student, and the run leaves them out, with the reason', async () => {
    const values = gridValues(6, 3).map((value, index) => (index === 7 ? Number.NaN : value))
    const summary = await importing('nan.pkl', writePickle(featureDict(6, { nan: floats(values, 6, 3) })))
    const finding = summary.findings.find(({ code }) => code === 'features-not-finite')
    expect(finding).toMatchObject({ count: 1 })
    expect(finding?.examples[0]).toBe('nan row 2')
    const file = full.put('nan.pth', singleHead({ modality: 'nan', width: 3, classes: 5 }))
    const { id } = await full.client.models.add({ file })
    const run = await full.client.models.predict({ modelId: id, device: 'cpu' })
    expect(run).toMatchObject({
      students: 5,
      omitted: [{ code: 'features-not-finite', reason: 'features not finite: NaN in nan', count: 1 }],
    })
    expect(await full.client.models.predictions({ runId: run.id })).toHaveLength(5)
  })

  test('a split is imported by whatever name it is given', async () => {
    const split = dict({
      images: [dict({ img_path: 'images/c.jpg', h_w: [480, 640], bboxes: [] })],
    })
    expect(await importing('split.pkl', writePickle(split))).toMatchObject({ scenes: 1 })
  })

  test('a billion laughs under a key of its own costs nothing, and goes out as it came in', async () => {
    const file = full.put('laughs.pkl', withEntry(writePickle(featureDict(6)), 'notes', laughter(12)))
    expect(await full.client.exchange.importFeatures({ file })).toMatchObject({ students: 6 })
    const out = join(full.folder, 'laughs-out.pkl')
    const { bytes } = await full.client.exchange.exportFeatures({ out, modalities: ['convnext'] })
    expect(bytes).toBeLessThan(20_000)
    expect(readPickleFile(out)).toBeInstanceOf(Map)
  })
})
