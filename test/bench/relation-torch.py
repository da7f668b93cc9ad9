"""The reference of the relation bench: HRNet-W48's classification network without its classifier, timed over batches of crops.

usage: relation-torch.py CHECKPOINT CROPS ROUNDS; prints one JSON line with the seconds of each round and the vector of the first crop.
"""
import json
import os
import sys
import time

import torch
from torch import nn

WIDTHS, BLOCKS, MODULES, STEM, HEAD = (48, 96, 192, 384), 4, {2: 1, 3: 4, 4: 3}, 64, (32, 64, 128, 256)


def conv_norm(inputs, outputs, kernel=3, stride=1, relu=True, bias=False):
    parts = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=bias), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, *([nn.ReLU(True)] if relu else []))


class Block(nn.Module):
    """BasicBlock, or a Bottleneck where `outputs` is four times `width`."""

    def __init__(self, inputs, width, outputs):
        super().__init__()
        shapes = [(inputs, width, 3), (width, outputs, 3)] if outputs == width else [(inputs, width, 1), (width, width, 3), (width, outputs, 1)]
        self.count = len(shapes)
        for index, (before, after, kernel) in enumerate(shapes, 1):
            setattr(self, f"conv{index}", nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=False))
            setattr(self, f"bn{index}", nn.BatchNorm2d(after))
        self.downsample = conv_norm(inputs, outputs, 1, relu=False) if inputs != outputs else None

    def forward(self, x):
        y = x
        for index in range(1, self.count + 1):
            y = getattr(self, f"bn{index}")(getattr(self, f"conv{index}")(y))
            y = torch.relu(y) if index < self.count else y
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Module(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*[Block(w, w, w) for _ in range(BLOCKS)]) for w in widths)
        self.fuse_layers = nn.ModuleList(nn.ModuleList(self.fuse(widths, j, i) for j in range(len(widths))) for i in range(len(widths)))

    @staticmethod
    def fuse(widths, source, target):
        if source == target:
            return None
        if source > target:
            up = nn.Upsample(scale_factor=2 ** (source - target), mode="nearest")
            return nn.Sequential(*conv_norm(widths[source], widths[target], 1, relu=False), up)
        last = target - source - 1
        return nn.Sequential(*[
            conv_norm(widths[source], widths[target] if k == last else widths[source], stride=2, relu=k < last) for k in range(last + 1)
        ])

    def forward(self, xs):
        xs = [branch(x) for branch, x in zip(self.branches, xs)]
        return [torch.relu(sum(x if fuse is None else fuse(x) for fuse, x in zip(row, xs))) for row in self.fuse_layers]


class HRNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, STEM, 3, 2, 1, bias=False), nn.BatchNorm2d(STEM)
        self.conv2, self.bn2 = nn.Conv2d(STEM, STEM, 3, 2, 1, bias=False), nn.BatchNorm2d(STEM)
        self.layer1 = nn.Sequential(Block(STEM, 64, 256), *[Block(256, 64, 256) for _ in range(3)])
        self.transition1 = nn.ModuleList([conv_norm(256, WIDTHS[0]), nn.Sequential(conv_norm(256, WIDTHS[1], stride=2))])
        for stage in (2, 3, 4):
            setattr(self, f"stage{stage}", nn.Sequential(*[Module(WIDTHS[:stage]) for _ in range(MODULES[stage])]))
            if stage > 2:
                new = nn.Sequential(conv_norm(WIDTHS[stage - 2], WIDTHS[stage - 1], stride=2))
                setattr(self, f"transition{stage - 1}", nn.ModuleList([None] * (stage - 1) + [new]))
        wide = [4 * width for width in HEAD]
        self.incre_modules = nn.ModuleList(nn.Sequential(Block(w, h, 4 * h)) for w, h in zip(WIDTHS, HEAD))
        self.downsamp_modules = nn.ModuleList(conv_norm(a, b, stride=2, bias=True) for a, b in zip(wide, wide[1:]))
        self.final_layer = conv_norm(wide[-1], 2048, 1, bias=True)

    def forward(self, x):
        x = torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))))
        xs = [self.layer1(x)]
        for stage in (2, 3, 4):
            moves = getattr(self, f"transition{stage - 1}")
            source = xs[-1]
            xs = [(source if move is not None else xs[i]) if move is None else move(source) for i, move in enumerate(moves)]
            xs = getattr(self, f"stage{stage}")(xs)
        y = self.incre_modules[0](xs[0])
        for down, widen, x in zip(self.downsamp_modules, self.incre_modules[1:], xs[1:]):
            y = widen(x) + down(y)
        return self.final_layer(y).mean((2, 3))


file, count, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(len(os.sched_getaffinity(0)))
model = HRNet().eval()
prefix = "backbone."
state = {name[len(prefix) :]: value for name, value in torch.load(file).items() if name.startswith(prefix)}
missing = [name for name in model.load_state_dict(state, strict=False).missing_keys if "num_batches" not in name]
assert not missing, missing
# The numbers that the bench gives its own network.
crops = ((torch.arange(count * 3 * 256 * 192) * 40503 % 65536).float() / 32768 - 1).reshape(count, 3, 256, 192)
times = []
with torch.no_grad():
    features = model(crops)
    for _ in range(rounds):
        start = time.perf_counter()
        model(crops)
        times.append(time.perf_counter() - start)
print(json.dumps({"seconds": times, "vector": features[0].tolist()}))
