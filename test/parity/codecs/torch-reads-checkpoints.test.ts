import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { expectedTensors, torchFixture } from '../../support/torch-fixtures.ts'

const folder = mkdtempSync(join(tmpdir(), 'lectern-torch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const found = findPython('torch')
const unavailable = found === null
const reason = unavailable ? ` (${withoutPython('torch')})` : ''

const list = `
import json, sys, torch
def listed(tensor):
    kind = str(tensor.dtype).removeprefix("torch.")
    whole = not tensor.dtype.is_floating_point
    values = [str(int(value)) if whole else repr(float(value)) for value in tensor.flatten()]
    return {"dtype": kind, "shape": list(tensor.shape), "values": values}
state = torch.load(sys.argv[1], weights_only=True)
assert type(state).__name__ == "OrderedDict", type(state)
print(json.dumps([[name, listed(tensor)] for name, tensor in state.items()]))
`

const compare = `
import sys, torch
ours = torch.load(sys.argv[1], weights_only=True)
theirs = torch.load(sys.argv[2], map_location="cpu")
for key in sys.argv[3:]:
    theirs = theirs[key]
assert list(ours) == list(theirs)
for name in theirs:
    assert ours[name].dtype == theirs[name].dtype and ours[name].shape == theirs[name].shape, name
    assert torch.equal(ours[name], theirs[name].detach()), name
print(len(ours))
`

function written(content: Uint8Array): string {
  const path = join(folder, 'written.pth')
  writeFileSync(path, writeCheckpoint(readCheckpoint(content, { file: 'source.pth' }).tensors))
  return path
}

describe('checkpoints that Lectern writes, loaded by torch with weights_only', () => {
  it.skipIf(unavailable).each(['zip', 'legacy'])(`every type, from %s${reason}`, (name) => {
    const loaded: unknown = JSON.parse(runPython(found ?? '', list, written(torchFixture(name))))
    expect(loaded).toEqual(Object.entries(expectedTensors))
  })

  it.skipIf(unavailable || !rafnetFolder).each([
    ['convnext_only_seed_43.pth', 13, []],
    ['heads/c_spatial.pth', 25, []],
    ['training/adamw_ccsg_after20.pth', 31, []],
    ['backbones/resnet_small.pth', 122, []],
    ['detector/yolox_small.pth.tar', 462, ['model']],
    ['grouprec/groupnet_small.pth', 882, []],
  ] as const)(`the authors' %s${rafnetFolder ? reason : ` (${withoutRafnet})`}`, (name, tensors, path) => {
    const source = join(rafnetFolder ?? '', name)
    const target = written(new Uint8Array(readFileSync(source)))
    expect(Number(runPython(found ?? '', compare, target, source, ...path))).toBe(tensors)
  })
})
