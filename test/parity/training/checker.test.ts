import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, test } from 'vitest'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { buildEvaluationModel } from '#main/training/graph/build-evaluation-model.ts'
import { buildStepModel } from '#main/training/graph/build-step-model.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'

const python = findPython('onnx')
const spatial = { modalities: ['grouprec', 'convnext', 'bbox_ctx', 'img_uid'], input_dims: [32, 24, 4, 1] }
const plain = { modalities: ['grouprec', 'convnext'], input_dims: [32, 24] }

describe.skipIf(!python)(`the ONNX checker takes the graphs of training (${withoutPython('onnx')} if skipped)`, () => {
  test.each([
    ['multimodal_classifier', plain],
    ['context_graph_fusion_classifier', spatial],
    ['class_conditioned_spatial_gated_fusion_classifier', spatial],
    ['cross_attention_fusion_classifier', plain],
  ])('%s', (name, params) => {
    const folder = mkdtempSync(join(tmpdir(), 'lectern-onnx-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const { config } = parseHeadConfig({ name, params }, { file: name })
    const step = buildStepModel(config, {
      batchSize: 8,
      rows: 27,
      gamma: 1.5,
      mixup: true,
      contrastive: { weight: 0.05, temperature: 0.2 },
      betas: [0.9, 0.999],
      gradientClip: 1,
      reportGradientNorms: true,
    })
    writeFileSync(join(folder, 'step.onnx'), step.bytes)
    writeFileSync(join(folder, 'evaluation.onnx'), buildEvaluationModel(config).bytes)
    const code = 'import sys, onnx\nfor file in sys.argv[1:]: onnx.checker.check_model(file, full_check=True)'
    runPython(python!, code, join(folder, 'step.onnx'), join(folder, 'evaluation.onnx'))
  })
})
