"""The reference of the backbone bench: a ConvNeXt-Base with random weights in PyTorch, timed over batches of crops.

usage: backbone-torch.py CROPS ROUNDS; prints one JSON line with the seconds of each round, after one to warm up.
"""
import json
import os
import sys
import time

import torch
from torch import nn

crops, rounds = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(7)
DEPTHS, WIDTHS = (3, 3, 27, 3), (128, 256, 512, 1024)


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.mix = nn.Sequential(
            nn.LayerNorm(width, eps=1e-6), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.scale = nn.Parameter(torch.ones(width, 1, 1))

    def forward(self, x):
        return x + self.scale * self.mix(self.depthwise(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


layers = [nn.Conv2d(3, WIDTHS[0], 4, stride=4), LayerNorm2d(WIDTHS[0], eps=1e-6)]
for stage, depth in enumerate(DEPTHS):
    if stage > 0:
        layers += [LayerNorm2d(WIDTHS[stage - 1], eps=1e-6), nn.Conv2d(WIDTHS[stage - 1], WIDTHS[stage], 2, stride=2)]
    layers += [Block(WIDTHS[stage]) for _ in range(depth)]
layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.LayerNorm(WIDTHS[-1], eps=1e-6)]
network = nn.Sequential(*layers).eval()

batch = torch.randn(crops, 3, 224, 224)
times = []
with torch.no_grad():
    for _ in range(rounds + 1):
        start = time.perf_counter()
        network(batch)
        times.append(time.perf_counter() - start)
print(json.dumps({"seconds": times[1:]}))
