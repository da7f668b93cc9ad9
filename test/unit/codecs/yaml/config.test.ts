import { describe, expect, it } from 'vitest'
import type { ConfigMapping } from '#main/codecs/yaml/config-value.ts'
import { parseConfig } from '#main/codecs/yaml/parse-config.ts'
import { readConfig } from '#main/codecs/yaml/read-config.ts'
import { writeConfig } from '#main/codecs/yaml/write-config.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import { findPython, runPython, withoutPython } from '../../../support/python.ts'

const reader =
  (files: Readonly<Record<string, string>>) =>
  (path: string): string => {
    const text = files[path.replaceAll('\\', '/')]
    if (text === undefined) throw new AppError('test.missing', path)
    return text
  }

describe('parsing', () => {
  it.each([
    ['', {}],
    ['# only a comment\n', {}],
    ['a: 1e-8', { a: 1e-8 }],
    ['a: 1.0e-08', { a: 1e-8 }],
    ["names: [Listening, 'Null', Null, ~]", { names: ['Listening', 'Null', null, null] }],
    ['a: yes\nb: off\ny: n', { a: true, b: false, y: 'n' }],
    ['a: 2024-01-02', { a: '2024-01-02' }],
    ['a: &x {k: 1}\nb: {<<: *x, l: 2}', { a: { k: 1 }, b: { k: 1, l: 2 } }],
    [
      '{"model": {"name": "mlp", "params": {"hidden_dim": 256}}}',
      { model: { name: 'mlp', params: { hidden_dim: 256 } } },
    ],
  ])('%j', (text, value) => {
    expect(parseConfig(text, 'c.yaml')).toEqual(value)
  })

  it.each([
    ['a: [1', 'config.malformed'],
    ['a: 1\na: 2', 'config.malformed'],
    ['a: !!python/object/apply:os.system ["echo owned"]', 'config.malformed'],
    ['__proto__: {polluted: true}', 'config.malformed'],
    ['a: &a [*a]', 'config.malformed'],
    ['a: *nothing', 'config.malformed'],
    ['--- {a: 1}\n--- {b: 2}', 'config.malformed'],
    ['- 1', 'config.not-a-mapping'],
    ['text', 'config.not-a-mapping'],
    [`a: ${'['.repeat(200)}${']'.repeat(200)}`, 'config.malformed'],
    [' '.repeat(5_000_000), 'config.too-large'],
  ])('%.40j is refused', (text, code) => {
    const error = thrownAppError(() => parseConfig(text, 'c.yaml'))
    expect(error.code).toBe(code)
    expect(error.message).toContain('c.yaml')
  })

  it('a billion laughs are refused', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`,
    )
    const text = `l0: &l0 lol\n${levels.join('\n')}`
    expect(thrownAppError(() => parseConfig(text, 'c.yaml')).code).toBe('config.malformed')
  })
})

describe('inheritance', () => {
  it('merges mappings deeply, replaces lists, lets the later win', () => {
    const files = {
      'configs/base.yaml': 'training: {seeds: [41, 42], num_epochs: 100}\nloss: {gamma: 2}',
      'configs/model/head.yaml': 'model: {name: mlp, params: {hidden_dim: 256, dropout: 0.5}}\nloss: {gamma: 1.5}',
      'configs/run/c.yaml':
        '_base_: [../base.yaml, ../model/head.yaml]\ntraining: {seeds: [7]}\nmodel: {params: {dropout: 0.1}}',
    }
    expect(readConfig('configs/run/c.yaml', reader(files))).toEqual({
      training: { seeds: [7], num_epochs: 100 },
      loss: { gamma: 1.5 },
      model: { name: 'mlp', params: { hidden_dim: 256, dropout: 0.1 } },
    })
  })

  it('follows one path through several files', () => {
    const files = {
      'a.yaml': 'x: 1\ny: {z: 1}',
      'b.yaml': '_base_: a.yaml\ny: 2',
      'c.yaml': '_base_: ./b.yaml\ny: {w: 3}',
    }
    expect(readConfig('c.yaml', reader(files))).toEqual({ x: 1, y: { w: 3 } })
  })

  it('a base that is inherited twice is no cycle, and is read once', () => {
    let reads = 0
    const files: Record<string, string> = { 'f0.yaml': 'x: 1' }
    for (let level = 1; level <= 40; level += 1)
      files[`f${level}.yaml`] = `_base_: [f${level - 1}.yaml, f${level - 1}.yaml]`
    const read = reader(files)
    const counting = (path: string): string => {
      reads += 1
      return read(path)
    }
    expect(readConfig('f40.yaml', counting)).toEqual({ x: 1 })
    expect(reads).toBe(41)
  })

  it('a cycle is refused and shown', () => {
    const files = { 'a.yaml': '_base_: b.yaml', 'b.yaml': '_base_: [a.yaml]' }
    const error = thrownAppError(() => readConfig('a.yaml', reader(files)))
    expect(error.code).toBe('config.base-cycle')
    expect(error.details['chain']).toEqual(['a.yaml', 'b.yaml', 'a.yaml'])
  })

  it.each(['_base_: 3', '_base_: [a.yaml, {b: 1}]', "_base_: ''"])('%s is refused', (text) => {
    expect(thrownAppError(() => readConfig('c.yaml', reader({ 'c.yaml': text, 'a.yaml': '' }))).code).toBe(
      'config.base-malformed',
    )
  })

  it('a missing base is the reader’s error', () => {
    expect(thrownAppError(() => readConfig('c.yaml', reader({ 'c.yaml': '_base_: no.yaml' }))).code).toBe(
      'test.missing',
    )
  })
})

describe('writing', () => {
  const config: ConfigMapping = {
    optimizer: {
      name: 'adamw',
      lr: 1e-3,
      weight_decay: 1e-8,
      eps: 1.5e-10,
      large: 1e21,
      one: 1,
      none: null,
      flag: false,
    },
    label_names: ['Bowing Head', 'Listening', 'Reading/Writing', 'Null', 'Using Phone'],
    texts: [
      '',
      'yes',
      'No',
      'on',
      'y',
      '1e-8',
      '1.0',
      '0x1f',
      '1:30',
      '2024-01-02',
      '~',
      '.5',
      '-',
      '- a',
      'a: b',
      'a #b',
      "it's",
      '"q"',
      'line\nbreak',
      '\ttab',
      '日本',
      '\u0007',
      '@x',
      '*x',
      '&x',
      '!x',
      '%x',
      '{a}',
      '[a]',
      ' a ',
      'null',
      '.nan',
      '.inf',
      '=',
      '<<',
    ],
    empty: { list: [], mapping: {} },
    nested: [{ a: 1, b: [1, [2, 3]] }, [[]], 'x'],
    Null: 'Null',
    'a key: with marks': 1,
    '1': 'one',
  }

  it('is read again as it was', () => {
    expect(parseConfig(writeConfig(config), 'c.yaml')).toEqual(config)
    expect(parseConfig(writeConfig({}), 'c.yaml')).toEqual({})
  })

  it('has floats with a point and a two-digit exponent, and Null in quotes', () => {
    expect(writeConfig({ eps: 1e-8, names: ['Null'] })).toBe("eps: 1.0e-08\nnames:\n  - 'Null'\n")
  })

  const python = findPython('yaml')
  it.skipIf(!python)(`is read by PyYAML as it was${python ? '' : ` (${withoutPython('yaml')})`}`, () => {
    const code = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.argv[1])))'
    expect(JSON.parse(runPython(python ?? '', code, writeConfig(config)))).toEqual(config)
  })
})
