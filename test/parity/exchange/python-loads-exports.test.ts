import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaults, everything, exchangeBench, goldenFeatures } from '../../support/exchange-bench.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const python = findPython('numpy')

/** Prints where two pickles differ: type, key order, dtype, shape and values by numpy.array_equal. */
const compare = `
import pickle, sys
import numpy as np

def walk(a, b, at):
    if type(a) is not type(b):
        yield f'{at}: {type(a).__name__} instead of {type(b).__name__}'
    elif isinstance(a, dict):
        shared = [key for key in a if key in b]
        if shared != [key for key in b if key in a]:
            yield f'{at}: key order'
        for key in list(a) + [key for key in b if key not in a]:
            path = f'{at}.{key}' if at else str(key)
            if key in a and key in b:
                yield from walk(a[key], b[key], path)
            else:
                yield f'{path}: ' + ('added' if key in a else 'missing')
    elif isinstance(a, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape:
            yield f'{at}: {a.dtype}{a.shape} instead of {b.dtype}{b.shape}'
        elif not np.array_equal(a, b):
            yield f'{at}: {np.flatnonzero((a != b).ravel()).tolist()}'
    elif isinstance(a, (list, tuple)):
        if len(a) != len(b):
            yield f'{at}: {len(a)} entries instead of {len(b)}'
        for index, (one, other) in enumerate(zip(a, b)):
            yield from walk(one, other, f'{at}[{index}]')
    elif a != b or getattr(a, 'dtype', None) != getattr(b, 'dtype', None):
        yield f'{at}: {a!r} instead of {b!r}'

with open(sys.argv[1], 'rb') as one, open(sys.argv[2], 'rb') as other:
    print('\\n'.join(walk(pickle.load(one), pickle.load(other), '')))
`

const files = [
  {
    name: 'the golden features',
    file: goldenFeatures,
    isHere: true,
    scene: 'scene_1.jpg',
    student: 's_3',
    label: 'labels: [3]',
  },
  {
    name: rafnetFolder ? "the authors' features" : `the authors' features (${withoutRafnet})`,
    file: join(rafnetFolder ?? '', 'features.pkl'),
    isHere: rafnetFolder !== null,
    scene: '166.jpg',
    student: '1_3',
    label: 'labels[23]: 4 instead of 2',
  },
]

describe.skipIf(!python)(`Python loads what we export${python ? '' : ` (${withoutPython('numpy')})`}`, () => {
  for (const { name, file, isHere, scene, student, label } of files) {
    it.skipIf(!isHere)(`equal to ${name}, but for one corrected label and our metadata`, async () => {
      const bench = exchangeBench()
      await bench.exchange.importFeatures({ ...defaults, file }, bench.call)
      const write = async (out: string): Promise<string[]> => {
        await bench.exchange.exportFeatures({ ...everything, out }, bench.call)
        return runPython(python!, compare, out, file).trim().split('\n')
      }
      expect(await write(join(bench.folder, 'unchanged.pkl'))).toEqual(['metadata.lectern: added'])
      await bench.edit({ kind: 'label', studentId: bench.studentId(scene, student), classIndex: 4, source: 'person' })
      const corrected = await write(join(bench.folder, 'corrected.pkl'))
      expect(corrected.sort()).toEqual([label, 'metadata.lectern: added'])
    })
  }
})
