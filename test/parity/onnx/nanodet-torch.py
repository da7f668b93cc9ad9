"""Runs NanoDet's TensorFlow.js graph node by node in PyTorch: argv[1] model.json, argv[2] weights, argv[3] input (float32),
argv[4] height, argv[5] width, argv[6] output folder. Writes each named node as float32 and prints their shapes as JSON."""
import json, sys
import numpy as np, torch
import torch.nn.functional as F

model, weights_file, input_file, height, width, out = sys.argv[1:7]
graph = json.load(open(model))
raw, at, values = open(weights_file, 'rb').read(), 0, {}
for group in graph['weightsManifest']:
    for w in group['weights']:
        stored = w.get('quantization', {}).get('dtype', w['dtype'])
        kind = {'float16': np.float16, 'float32': np.float32, 'int32': np.int32}[stored]
        count = int(np.prod(w['shape'], dtype=np.int64))
        array = np.frombuffer(raw, kind, count, at).reshape(w['shape'])
        at += count * array.itemsize
        values[w['name']] = torch.from_numpy(array.astype(np.float32 if stored != 'int32' else np.int64))
assert at == len(raw)
nodes = {n['name']: n for n in graph['modelTopology']['node']}
values['input_1'] = torch.from_numpy(np.fromfile(input_file, np.float32).reshape(1, 3, int(height), int(width)))

def pad(x, amounts, value=0.0):
    return F.pad(x, [int(a) for pair in reversed(amounts.tolist()) for a in pair], value=value)

def run(n):
    op, x = n['op'], [get(i) for i in n.get('input', [])]
    if op == 'Identity': return x[0]
    if op == 'Transpose': return x[0].permute(*x[1].tolist())
    if op == 'Pad': return pad(x[0], x[1])
    if op == 'PadV2': return pad(x[0], x[1], float(x[2]))
    if op in ('Add', 'AddV2'): return x[0] + x[1]
    if op == 'LeakyRelu': return F.leaky_relu(x[0], n['attr']['alpha']['f'])
    if op == 'Sigmoid': return torch.sigmoid(x[0])
    if op == 'ConcatV2': return torch.cat(x[:-1], int(x[-1]))
    if op == 'SparseToDense': return torch.zeros(x[1].tolist(), dtype=torch.int64)
    if op == 'Reshape': return x[0].reshape(x[1].tolist())
    if op == 'SplitV': return torch.split(x[0], x[1].tolist(), int(x[2]))
    nchw = x[0].permute(0, 3, 1, 2)
    if op == 'Conv2D':
        y = F.conv2d(nchw, x[1].permute(3, 2, 0, 1), stride=int(n['attr']['strides']['list']['i'][1]))
    elif op == 'MaxPool':
        y = F.max_pool2d(nchw, int(n['attr']['ksize']['list']['i'][1]), int(n['attr']['strides']['list']['i'][1]))
    elif op == 'ResizeBilinear':
        y = F.interpolate(nchw, x[1].tolist(), mode='bilinear', align_corners=False)
    else:
        raise NotImplementedError(op)
    return y.permute(0, 2, 3, 1)

def get(name):
    name, _, which = name.partition(':')
    if name not in values: values[name] = run(nodes[name])
    return values[name][int(which or 0)] if isinstance(values[name], tuple) else values[name]

sys.setrecursionlimit(10000)
wanted = ['Identity', 'Identity_1', 'Identity_2', 'Identity_3', 'Identity_4', 'Identity_5',
          'PartitionedCall/onnx_tf_prefix_Concat_27', 'PartitionedCall/onnx_tf_prefix_Concat_42']
with torch.no_grad():
    shapes = []
    for index, name in enumerate(wanted):
        y = get(name).contiguous()
        y.numpy().astype(np.float32).tofile(f'{out}/{index}.bin')
        shapes.append(list(y.shape))
print(json.dumps(shapes))
