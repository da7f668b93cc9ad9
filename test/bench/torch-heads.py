"""PyTorch's side of the head and training benches: RAFNet's MLP, gated and C+Spatial heads of the paper's size with random weights.

usage: torch-heads.py infer FAMILY STUDENTS PER_SCENE BATCH THREADS | torch-heads.py train FAMILY ROWS PER_SCENE BATCH STEPS THREADS
prints one JSON line: the least seconds of three passes over all students, or of three rounds of the steps, after a warm-up; and the BLAS
library that was loaded.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

WIDTH, HIDDEN, CLASSES, GRAPH_K, ALPHA, GATE = 1024, 256, 5, 8, 0.5, 128


class Head(nn.Module):
    def __init__(self, family):
        super().__init__()
        self.gated, self.graph = family != "mlp", family == "c_spatial"
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))
        self.projections = nn.ModuleList(nn.Linear(WIDTH, HIDDEN) for _ in range(2))
        if self.gated:
            self.gate_fc1, self.gate_fc2 = nn.Linear(2 * HIDDEN, GATE), nn.Linear(GATE, 2)
        if self.graph:
            self.graph_update = nn.Sequential(
                nn.Linear(2 * HIDDEN, 2 * HIDDEN), nn.ReLU(), nn.Dropout(0.1), nn.Linear(2 * HIDDEN, 2 * HIDDEN)
            )
        self.classifier = nn.Sequential(
            nn.Linear(2 * HIDDEN, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU(), nn.Dropout(0.3), nn.Linear(HIDDEN, CLASSES)
        )

    def forward(self, vectors, centres, scenes):
        parts = [project(norm(x)) for norm, project, x in zip(self.norms, self.projections, vectors)]
        fused, entropy = torch.cat(parts, 1), None
        if self.gated:
            hidden = functional.dropout(torch.relu(self.gate_fc1(fused)), 0.1, self.training)
            gate = torch.softmax(self.gate_fc2(hidden), 1)
            entropy = -(gate * torch.log(gate + 1e-8)).sum(1).mean()
            fused = torch.cat([gate[:, i : i + 1] * part for i, part in enumerate(parts)], 1)
        if self.graph:
            fused = fused + ALPHA * self.graph_update(self.neighbours(fused, centres, scenes))
        return self.classifier(fused), entropy

    @staticmethod
    def neighbours(fused, centres, scenes):
        rows = len(centres)
        alone = torch.eye(rows, dtype=torch.bool)
        same = (scenes[:, None] == scenes[None, :]) & ~alone
        similarity = -torch.cdist(centres, centres)
        similarity = similarity.masked_fill(same.any(1, keepdim=True) & ~same, -1e9).masked_fill(alone, -1e9)
        weights, near = similarity.topk(min(GRAPH_K, rows - 1), 1)
        return (torch.softmax(weights, 1).unsqueeze(2) * fused[near]).sum(1)


def loss_of(logits, entropy, labels, weights):
    ce = functional.cross_entropy(logits, labels, weight=weights, reduction="none", label_smoothing=0.1)
    loss = ((1 - torch.exp(-ce)) ** 1.5 * ce).mean()
    return loss if entropy is None else loss + 0.01 * entropy


def blas():
    with open("/proc/self/maps") as maps:
        libraries = {line.split("/")[-1].strip() for line in maps if "blas" in line.lower() or "libmkl" in line.lower()}
    return "OpenBLAS" if any("openblas" in name for name in libraries) else ", ".join(sorted(libraries)) or "unknown"


def data(rows, per_scene):
    vectors = [torch.randn(rows, WIDTH) for _ in range(2)]
    return vectors, torch.rand(rows, 2), torch.arange(rows) // per_scene


def infer(head, rows, per_scene, batch):
    vectors, centres, scenes = data(rows, per_scene)
    head.eval()

    def once():
        start = time.perf_counter()
        with torch.no_grad():
            for first in range(0, rows, batch):
                part = slice(first, first + batch)
                head([x[part] for x in vectors], centres[part], scenes[part])
        return time.perf_counter() - start

    once()
    return min(once() for _ in range(3))


def train(head, rows, per_scene, batch, steps):
    vectors, centres, scenes = data(rows, per_scene)
    labels, weights = torch.randint(0, CLASSES, (rows,)), torch.ones(CLASSES)
    optimiser = torch.optim.AdamW(head.parameters(), lr=1e-3, weight_decay=1e-3)
    head.train()

    def some(count):
        start = time.perf_counter()
        for _ in range(count):
            chosen = torch.randperm(rows)[:batch]
            logits, entropy = head([x[chosen] for x in vectors], centres[chosen], scenes[chosen])
            loss = loss_of(logits, entropy, labels[chosen], weights)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            loss.item()
        return time.perf_counter() - start

    some(5)
    return min(some(steps) for _ in range(3))


mode, family, *numbers = sys.argv[1:]
*sizes, threads = (int(text) for text in numbers)
torch.set_num_threads(threads)
torch.manual_seed(7)
seconds = {"infer": infer, "train": train}[mode](Head(family), *sizes)
print(json.dumps({"seconds": seconds, "blas": blas()}))
