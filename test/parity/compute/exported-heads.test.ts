import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startCompute, temporaryFolder } from '../../support/compute.ts'
import { goldenHead } from '../../support/golden-scenes.ts'
import { goldenFolder, headNames } from '../../support/heads.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'

const compute = startCompute()
const folder = temporaryFolder()
const classNames = ['Bowing Head', 'Listening', 'Reading/Writing', 'Null', 'Using Phone']

async function exported(name: string, format: 'onnx' | 'pth'): Promise<string> {
  mkdirSync(join(folder, name), { recursive: true })
  const out = join(folder, name, `head.${format}`)
  const { files } = await compute.models.export({ model: goldenHead(name), format, out, version: '1.2.3', classNames })
  return files[0]!
}

const onnx = findPython('onnx')
const torch = findPython('torch', 'yaml')

/** Each line of what it prints is about one file. */
const check = `
import json, onnx, sys
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert not any(tensor.external_data for tensor in model.graph.initializer)
    props = {prop.key: prop.value for prop in model.metadata_props}
    inputs = [value.name for value in model.graph.input]
    assert inputs == list(json.loads(props["lectern.inputs"])), inputs
    assert [value.name for value in model.graph.output] == list(json.loads(props["lectern.outputs"]))
    assert all(value.type.tensor_type.shape.dim[0].dim_param == "n" for value in model.graph.input)
    print(json.dumps([inputs, json.loads(props["lectern.classes"])]))
`

const load = `
import collections, json, os, sys, torch, yaml

class Same(torch.nn.Module):
    """Every weight and buffer of RAFNet's head, under names that a module of one level can have."""
    def __init__(self, state):
        super().__init__()
        for key, value in state.items():
            if value.dtype.is_floating_point: self.register_parameter(key.replace(".", "__"), torch.nn.Parameter(torch.zeros_like(value)))
            else: self.register_buffer(key.replace(".", "__"), torch.zeros_like(value))

golden = sys.argv[1]
for path in sys.argv[2:]:
    folder, name = os.path.dirname(path), os.path.basename(os.path.dirname(path))
    ours, theirs = torch.load(path, weights_only=True), torch.load(f"{golden}/{name}.pth")
    assert type(ours) is collections.OrderedDict and list(ours) == list(theirs), name
    for key in theirs:
        assert ours[key].dtype == theirs[key].dtype and torch.equal(ours[key], theirs[key]), (name, key)
    Same(theirs).load_state_dict({key.replace(".", "__"): value for key, value in ours.items()}, strict=True)
    with open(f"{folder}/config.yaml") as file: section = yaml.safe_load(file)["model"]
    with open(f"{golden}/{name}.json") as file: given = json.load(file)["model"]
    assert section["name"] == given["name"], name
    different = {key: (section["params"].get(key), value) for key, value in given["params"].items() if section["params"].get(key) != value}
    assert not different, (name, different)
    print(len(ours))
`

const names = headNames(goldenFolder)
const linesOf = (text: string): string[] => text.trim().split('\n')

describe.skipIf(onnx === null)(`exported .onnx${onnx ? '' : ` (${withoutPython('onnx')})`}`, () => {
  test('every head stands alone, passes the full check and says what to feed it', async () => {
    const files: string[] = []
    for (const name of names) files.push(await exported(name, 'onnx'))
    const told = linesOf(runPython(onnx ?? '', check, ...files)).map((line) => JSON.parse(line) as [string[], string[]])
    expect(told).toHaveLength(names.length)
    told.forEach(([inputs, classes], place) => {
      expect(inputs.filter((input) => !['scene', 'bbox_ctx'].includes(input))).toEqual(
        names[place] === 'mlp_grouprec' ? ['grouprec'] : ['grouprec', 'convnext'],
      )
      expect(inputs.includes('bbox_ctx')).toBe(/spatial|ccsg/.test(names[place]!))
      expect(classes).toEqual(classNames)
    })
  })
})

describe.skipIf(torch === null)(`exported .pth${torch ? '' : ` (${withoutPython('torch', 'yaml')})`}`, () => {
  test('every head is the same state dict to torch, its config the same to PyYAML', async () => {
    const files: string[] = []
    for (const name of names) files.push(await exported(name, 'pth'))
    expect(linesOf(runPython(torch ?? '', load, goldenFolder, ...files)).map(Number)).toHaveLength(names.length)
  })
})
