"""The reference of the crop bench: Pillow decodes a photo, cuts out boxes, resizes them as ConvNeXt's transforms do.

usage: backbone-pillow.py PHOTO BOXES ROUNDS; BOXES is a JSON list of [x1, y1, x2, y2]; prints one JSON line with the seconds of each
round, after one to warm up.
"""
import json
import sys
import time

from PIL import Image

photo, boxes, rounds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
times = []
for _ in range(rounds + 1):
    start = time.perf_counter()
    image = Image.open(photo).convert("RGB")
    for box in boxes:
        crop = image.crop(box)
        shorter, longer = min(crop.size), max(crop.size)
        size = [256, int(256 * longer / shorter)]
        crop = crop.resize(size if crop.width <= crop.height else size[::-1], Image.BICUBIC)
        left, top = (int(round((side - 224) / 2.0)) for side in crop.size)
        crop.crop((left, top, left + 224, top + 224)).tobytes()
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": times[1:]}))
