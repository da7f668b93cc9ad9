import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { differences } from '../../support/compare-pickles.ts'
import { defaults, everything, exchangeBench, goldenFeatures, refusal } from '../../support/exchange-bench.ts'
import { temporaryFolder } from '../../support/store.ts'

const isRoot = process.getuid?.() === 0

/** Stages a file of 1 MiB and prints the AppError's code and what is left of it. Run under a limit on the size of files. */
const stageUnderLimit = `
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { stageFile } from '#main/exchange/write-atomically.ts'
const out = process.argv[1]
try {
  for await (const _bytes of stageFile(out, [new Uint8Array(2 ** 20)], 'export.write-failed'));
  console.log('written')
} catch (error) {
  console.log(JSON.stringify({ code: error.code, system: error.details.system, left: readdirSync(dirname(out)) }))
}
`

describe('an export that cannot be written', () => {
  const attempt = async (out: string, folder: string) => {
    const bench = exchangeBench()
    await bench.exchange.importFeatures({ ...defaults, file: goldenFeatures }, bench.call)
    const error = await refusal(bench.exchange.exportFeatures({ ...everything, out }, bench.call))
    expect(bench.store().prepare('SELECT id FROM export').all()).toEqual([])
    expect(bench.context.jobs.list()[0]).toMatchObject({ kind: 'export', state: 'failed', error: { code: error.code } })
    return { error, left: readdirSync(folder) }
  }

  it('because its folder is not there', async () => {
    const folder = temporaryFolder()
    const { error, left } = await attempt(join(folder, 'none/out.pkl'), folder)
    expect(error).toMatchObject({ code: 'export.write-failed', details: { system: 'ENOENT' } })
    expect(left).toEqual([])
  })

  it('because its folder is a file', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    const { error, left } = await attempt(join(folder, 'file/out.pkl'), folder)
    expect(error).toMatchObject({ code: 'export.write-failed', details: { system: 'ENOTDIR' } })
    expect(left).toEqual(['file'])
  })

  it('because a folder has its name', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'out.pkl'))
    const { error, left } = await attempt(join(folder, 'out.pkl'), folder)
    expect(error).toMatchObject({ code: 'export.write-failed' })
    expect(left).toEqual(['out.pkl'])
  })

  it.skipIf(isRoot)(`because its folder is read-only${isRoot ? ' (needs a user who is not root)' : ''}`, async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o500)
    const { error, left } = await attempt(join(folder, 'out.pkl'), folder)
    chmodSync(folder, 0o700)
    expect(error).toMatchObject({ code: 'export.write-failed', details: { system: 'EACCES' } })
    expect(left).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')(
    'because the file may not grow, as on a full disk (needs Linux limits)',
    () => {
      const out = join(temporaryFolder(), 'out.pkl')
      const run = spawnSync(
        'sh',
        ['-c', `ulimit -f 64; exec "$0" --input-type=module -e "$1" "$2"`, process.execPath, stageUnderLimit, out],
        {
          encoding: 'utf8',
          cwd: resolve(import.meta.dirname, '../../..'),
        },
      )
      expect(JSON.parse(run.stdout)).toEqual({ code: 'export.write-failed', system: 'EFBIG', left: [] })
    },
  )

  it('leaves an older file of that name as it was', async () => {
    const bench = exchangeBench()
    await bench.exchange.importFeatures({ ...defaults, file: goldenFeatures }, bench.call)
    const out = join(bench.folder, 'old.pkl')
    writeFileSync(out, 'old')
    writeFileSync(join(bench.folder, 'Class.lectern/features/import-1/form.pkl'), 'damaged')
    const error = await refusal(bench.exchange.exportFeatures({ ...everything, out }, bench.call))
    expect(error).toMatchObject({ code: 'export.form-damaged' })
    expect(readdirSync(bench.folder).filter((name) => name.startsWith('old'))).toEqual(['old.pkl'])
    expect(readFileSync(out, 'utf8')).toBe('old')
  })

  it('can be written again once the source was imported again', async () => {
    const bench = exchangeBench()
    await bench.exchange.importFeatures({ ...defaults, file: goldenFeatures }, bench.call)
    const features = join(bench.folder, 'Class.lectern/features/import-1')
    writeFileSync(join(features, 'form.pkl'), 'damaged')
    rmSync(join(features, 'convnext.bin'))
    await bench.exchange.importFeatures({ ...defaults, file: goldenFeatures }, bench.call)
    const out = join(bench.folder, 'out.pkl')
    await bench.exchange.exportFeatures({ ...everything, out }, bench.call)
    expect(differences(readPickleFile(out), readPickleFile(goldenFeatures))).toEqual(['metadata.lectern: added'])
  })
})
