"""What Pillow and torchvision's formulas give for crops of a synthetic picture; prints one JSON line of SHA-256 sums.

usage: pillow.py CASES, a JSON list of {width, height, box: [x1, y1, x2, y2], resize, filter, crop}
"""
import hashlib
import json
import sys

import numpy
from PIL import Image

FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def picture(width, height):
    y, x, channel = numpy.meshgrid(numpy.arange(height), numpy.arange(width), numpy.arange(3), indexing="ij")
    values = (x * x * 31 + y * y * 17 + x * y * 7 + channel * 101 + (x // 5 + y // 3) % 2 * 128) % 256
    return Image.fromarray(values.astype(numpy.uint8), "RGB")


def planes(case):
    image = picture(case["width"], case["height"]).crop(case["box"])
    width, height = image.size
    shorter, crop = case["resize"], case["crop"]
    longer = int(shorter * max(width, height) / min(width, height))
    size = (shorter, longer) if width <= height else (longer, shorter)
    image = image.resize(size, FILTERS[case["filter"]])
    left, top = int(round((size[0] - crop) / 2.0)), int(round((size[1] - crop) / 2.0))
    return numpy.asarray(image.crop((left, top, left + crop, top + crop))).transpose(2, 0, 1).copy()


print(json.dumps([hashlib.sha256(planes(case).tobytes()).hexdigest() for case in json.loads(sys.argv[1])]))
