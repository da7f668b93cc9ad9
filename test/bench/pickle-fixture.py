"""Writes the two 500 MB feature pickles of the bench, or times pickle.load on one of them.

usage: pickle-fixture.py make FOLDER STUDENTS | pickle-fixture.py load FILE
"""
import os
import pickle
import sys
import time

import numpy as np

MODALITIES = ("grouprec", "convnext")


def make(folder, students):
    random = np.random.default_rng(7)
    arrays = {name: random.standard_normal((students, 1024), dtype=np.float32) for name in MODALITIES}
    tail = {
        "labels": list(random.integers(0, 5, students)),
        "metadata": {
            "img_paths": [f"images/{row // 50}.jpg" for row in range(students)],
            "bbox_ids": [str(row % 50) for row in range(students)],
            "modalities": list(MODALITIES),
        },
    }
    with open(os.path.join(folder, "arrays.pkl"), "wb") as file:
        pickle.dump({**arrays, **tail}, file, protocol=4)
    with open(os.path.join(folder, "lists.pkl"), "wb") as file:
        lists = {name: [row.copy() for row in array] for name, array in arrays.items()}
        pickle.dump({**lists, **tail}, file, protocol=4)


def load(path):
    start = time.perf_counter()
    with open(path, "rb") as file:
        value = pickle.load(file)
    elapsed = time.perf_counter() - start
    with open("/proc/self/status") as status:
        peak = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    print(f'{{"elapsedMs": {elapsed * 1000}, "peakBytes": {peak * 1024}, "students": {len(value["labels"])}}}')


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]))
else:
    load(sys.argv[2])
