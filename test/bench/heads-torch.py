"""The reference of the head bench: C+Spatial in PyTorch, scene by scene as RAFNet's graph needs it, timed over all students.

usage: heads-torch.py STUDENTS STUDENTS_PER_SCENE HIDDEN ROUNDS; prints one JSON line with the seconds of each round.
"""
import json
import os
import sys
import time

import torch
from torch import nn

students, per_scene, hidden, rounds = (int(text) for text in sys.argv[1:5])
torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(7)
WIDTH, CLASSES, GRAPH_K, ALPHA, GATE = 1024, 5, 8, 0.5, 128


class ContextGraphHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))
        self.projections = nn.ModuleList(nn.Linear(WIDTH, hidden) for _ in range(2))
        self.gate_fc1, self.gate_fc2 = nn.Linear(2 * hidden, GATE), nn.Linear(GATE, 2)
        self.graph_update = nn.Sequential(
            nn.Linear(2 * hidden, 2 * hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(2 * hidden, 2 * hidden)
        )
        self.classifier = nn.Sequential(
            nn.Linear(2 * hidden, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, CLASSES)
        )

    def forward(self, vectors, centres):
        parts = [project(norm(x)) for norm, project, x in zip(self.norms, self.projections, vectors)]
        gate = torch.softmax(self.gate_fc2(torch.relu(self.gate_fc1(torch.cat(parts, 1)))), 1)
        fused = torch.cat([gate[:, i : i + 1] * part for i, part in enumerate(parts)], 1)
        similarity = -torch.cdist(centres, centres)
        similarity.fill_diagonal_(-1e9)
        weights, near = similarity.topk(min(GRAPH_K, len(centres) - 1), 1)
        gathered = (torch.softmax(weights, 1).unsqueeze(2) * fused[near]).sum(1)
        return self.classifier(fused + ALPHA * self.graph_update(gathered))


head = ContextGraphHead().eval()
vectors = [torch.randn(students, WIDTH) for _ in range(2)]
centres = torch.rand(students, 2)
times = []
with torch.no_grad():
    for _ in range(rounds + 1):
        start = time.perf_counter()
        for first in range(0, students, per_scene):
            end = first + per_scene
            head([x[first:end] for x in vectors], centres[first:end])
        times.append(time.perf_counter() - start)
print(json.dumps({"seconds": times[1:]}))
