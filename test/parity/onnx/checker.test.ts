import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { resolveHead } from '#main/onnx/resolve-head.ts'
import { goldenFolder, headNames, readHead } from '../../support/heads.ts'

const python = '/usr/bin/python3'
const absent = spawnSync(python, ['-c', 'import onnx']).status !== 0

const script = `
import json, onnx, sys
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    size = lambda d: d.dim_param or d.dim_value
    shapes = {v.name: [size(d) for d in v.type.tensor_type.shape.dim] for v in [*model.graph.input, *model.graph.output]}
    print(json.dumps([model.ir_version, model.opset_import[0].version, model.producer_name, model.producer_version, shapes]))
`

describe.skipIf(absent)(`python3-onnx${absent ? ' (needs python3 with onnx, which is not here)' : ''}`, () => {
  test('accepts every head that Lectern writes, shapes inferred', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lectern-checker-'))
    try {
      const names = headNames(goldenFolder)
      const files = names.map((name) => {
        const { tensors, config } = readHead(goldenFolder, name)
        const clues = { file: name, hasBoxes: true }
        const resolved = resolveHead(tensors, { value: config, file: name }, clues)
        const file = join(folder, `${name}.onnx`)
        writeFileSync(file, buildHeadModel(resolved.config, tensors, { file: name, version: '1.2.3' }).bytes)
        return file
      })
      const lines = execFileSync(python, ['-c', script, ...files], { encoding: 'utf8' })
        .trim()
        .split('\n')
      expect(lines).toHaveLength(names.length)
      const models = new Map(names.map((name, index) => [name, JSON.parse(lines[index]!) as unknown]))
      expect(models.get('c_spatial')).toEqual([
        8,
        17,
        'Lectern',
        '1.2.3',
        {
          grouprec: ['n', 32],
          convnext: ['n', 24],
          bbox_ctx: ['n', 4],
          scene: ['n'],
          logits: ['n', 5],
          gate: ['n', 2],
          neighbours: ['n', 'k'],
          neighbour_weights: ['n', 'k'],
        },
      ])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
