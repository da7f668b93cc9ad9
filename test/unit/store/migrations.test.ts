import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { allMigrations } from '#main/store/migrations/all-migrations.ts'
import { firstTables } from '#main/store/migrations/0001-first-tables.ts'
import { extraction } from '#main/store/migrations/0003-extraction.ts'
import { photoCare } from '#main/store/migrations/0004-photo-care.ts'
import { learning } from '#main/store/migrations/0005-learning.ts'
import { unfamiliar } from '#main/store/migrations/0006-unfamiliar.ts'
import { trainings } from '#main/store/migrations/0002-trainings.ts'

test('steps are numbered from 1 without gaps', () => {
  expect(allMigrations.map((step) => step.version)).toEqual(allMigrations.map((_, index) => index + 1))
})

describe('0001 first tables', () => {
  test('makes every table of a project from an empty file, with references that hold', () => {
    const database = new BetterSqlite3(':memory:')
    firstTables.up(database)
    const tables = database
      .prepare<[], { name: string }>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
      )
      .all()
    expect(tables.map((table) => table.name)).toEqual(
      ['annotator', 'class', 'edit', 'export', 'feature', 'feature_set', 'import', 'label', 'model'].concat([
        'prediction',
        'property',
        'run',
        'scene',
        'student',
      ]),
    )
    // A reference to a column that is not there shows only when it is followed.
    database.pragma('foreign_keys = ON')
    for (const { name } of tables) database.prepare(`DELETE FROM "${name}"`).run()
    expect(database.pragma('foreign_key_check')).toEqual([])
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    database.close()
  })

  test.each([
    ['a box of a source that is none', `INSERT INTO student (scene_id, bbox_id, source) VALUES (1, '1', 'guessed')`],
    ['a review that is none', `UPDATE scene SET review = 'maybe'`],
    ['a label without a class', `INSERT INTO label (student_id, annotator_id, source, at) VALUES (1, 1, 'person', '')`],
    [
      'a withdrawal with a class',
      `INSERT INTO label (student_id, class_index, annotator_id, source, at) VALUES (1, 1, 1, 'withdrawn', '')`,
    ],
    ['a student of no scene', `INSERT INTO student (scene_id, bbox_id, source) VALUES (2, '1', 'drawn')`],
  ])('refuses %s', (_name, sql) => {
    const database = new BetterSqlite3(':memory:')
    database.pragma('foreign_keys = ON')
    firstTables.up(database)
    database.exec(`
      INSERT INTO class VALUES (1, 'Listening', '#2196f3', 'L', 0);
      INSERT INTO annotator (name) VALUES ('me');
      INSERT INTO scene (relative_path, file_name, sort_key, width_px, height_px, has_photo) VALUES ('1.jpg', '1.jpg', '1', 4, 3, 0);
      INSERT INTO student (scene_id, bbox_id, source) VALUES (1, '1', 'drawn');`)
    expect(() => database.exec(sql)).toThrow('constraint failed')
    database.close()
  })
})

describe('0002 trainings', () => {
  function upToTrainings() {
    const database = new BetterSqlite3(':memory:')
    database.pragma('foreign_keys = ON')
    firstTables.up(database)
    trainings.up(database)
    return database
  }
  const aTraining = (state: string): string =>
    `INSERT INTO training (name, run_name, asked, state, family, modalities, epochs, created_at)
     VALUES ('mlp', 'mlp', '{}', '${state}', 'multimodal_classifier', '[]', 1, '')`

  test('adds its tables to a project of the first version and leaves the others as they are', () => {
    const database = upToTrainings()
    database.exec(aTraining('queued'))
    database.exec(`INSERT INTO training_seed (training_id, seed, position) VALUES (1, 41, 0);
      INSERT INTO training_epoch VALUES (1, 41, 1, '{}')`)
    expect(database.prepare('SELECT ending, findings, model_ids, prepared FROM training').get()).toEqual({
      ending: 0,
      findings: '[]',
      model_ids: '[]',
      prepared: 0,
    })
    expect(database.pragma('foreign_key_check')).toEqual([])
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    database.close()
  })

  test.each([
    ['a state that is none', aTraining('resting')],
    ['a seed of no training', 'INSERT INTO training_seed (training_id, seed, position) VALUES (7, 41, 0)'],
    ['an epoch of no training', `INSERT INTO training_epoch VALUES (7, 41, 1, '{}')`],
  ])('refuses %s', (_name, sql) => {
    const database = upToTrainings()
    expect(() => database.exec(sql)).toThrow('constraint failed')
    database.close()
  })

  test('never gives an id twice', () => {
    const database = upToTrainings()
    database.exec(aTraining('queued'))
    database.exec('DELETE FROM training')
    database.exec(aTraining('queued'))
    expect(database.prepare('SELECT id FROM training').all()).toEqual([{ id: 2 }])
    database.close()
  })
})

describe('0003 extraction', () => {
  /** A project of the second version with one imported vector. */
  function withVector() {
    const database = new BetterSqlite3(':memory:')
    // As when a project is opened: references are checked after each step.
    database.pragma('foreign_keys = OFF')
    firstTables.up(database)
    trainings.up(database)
    database.exec(`
      INSERT INTO import (kind, file, state, created_at) VALUES ('features', 'a.pkl', 'done', '');
      INSERT INTO scene (relative_path, file_name, sort_key, width_px, height_px, has_photo) VALUES ('1.jpg', '1.jpg', '1', 4, 3, 0);
      INSERT INTO student (scene_id, bbox_id, source) VALUES (1, '1', 'imported');
      INSERT INTO feature_set (modality, width, dtype, byte_order, form, file, sha256, import_id)
        VALUES ('convnext', 4, 'f4', 'little', '{}', 'a.bin', 'aa', 1);
      INSERT INTO feature (student_id, set_id, row) VALUES (1, 1, 7);`)
    extraction.up(database)
    database.pragma('foreign_keys = ON')
    return database
  }
  const aSet = (importId: string, producer: string): string =>
    `INSERT INTO feature_set (modality, width, dtype, byte_order, form, file, sha256, import_id, producer)
     VALUES ('convnext', 4, 'f4', 'little', '{}', 'b.bin', '', ${importId}, ${producer})`

  test('keeps imported vectors and the references to them', () => {
    const database = withVector()
    expect(database.pragma('foreign_key_check')).toEqual([])
    expect(
      database.prepare('SELECT file, import_id, producer, row FROM feature JOIN feature_set ON id = set_id').get(),
    ).toEqual({ file: 'a.bin', import_id: 1, producer: null, row: 7 })
    expect(() => database.exec('INSERT INTO feature (student_id, set_id, row) VALUES (1, 2, 0)')).toThrow('constraint')
    database.exec(aSet('NULL', `'{}'`))
    database.exec('INSERT INTO feature (student_id, set_id, row) VALUES (1, 2, 0)')
    database.close()
  })

  test.each([
    ['vectors that nobody made', aSet('NULL', 'NULL')],
    ['vectors of an import and of an extraction', aSet('1', `'{}'`)],
    ['a detection of no student', `INSERT INTO detection VALUES (9, 'dd', 0.5, 0, 0, 1, 1)`],
  ])('refuses %s', (_name, sql) => {
    const database = withVector()
    expect(() => database.exec(sql)).toThrow('constraint failed')
    database.close()
  })
})

describe('0004 photo care', () => {
  test('takes the time of scanned photos for the camera’s, and leaves that of imported scenes alone', () => {
    const database = new BetterSqlite3(':memory:')
    firstTables.up(database)
    database.exec(`
      INSERT INTO import (kind, file, state, created_at) VALUES ('features', 'a.pkl', 'done', '');
      INSERT INTO scene (relative_path, file_name, sort_key, width_px, height_px, has_photo, taken_at, import_id)
        VALUES ('1.jpg', '1.jpg', '1', 4, 3, 1, '2026-03-02T08:00:00', NULL), ('2.jpg', '2.jpg', '2', 4, 3, 1, '2026-03-02T09:00:00', 1);`)
    photoCare.up(database)
    expect(database.prepare('SELECT camera_time FROM scene ORDER BY id').pluck().all()).toEqual([
      '2026-03-02T08:00:00',
      null,
    ])
    database.pragma('foreign_keys = ON')
    database.exec(`INSERT INTO placed_scene VALUES (1, NULL, NULL); DELETE FROM scene WHERE id = 1`)
    expect(database.prepare('SELECT * FROM placed_scene').all()).toEqual([])
    database.close()
  })
})

describe('0005 learning', () => {
  function withVersion() {
    const database = new BetterSqlite3(':memory:')
    database.pragma('foreign_keys = OFF')
    for (const step of allMigrations.slice(0, 5)) step.up(database)
    database.pragma('foreign_keys = ON')
    database.exec(`
      INSERT INTO model (name, source_file, file, sha256, reading, family, description, created_at)
        VALUES ('learnt', 'a', 'a', 'aa', '{}', 'onnx', '{}', '');
      INSERT INTO run (model_id, name, app_version, batching, created_at, state) VALUES (1, 'learnt', '1', 'scene', '', 'done');
      INSERT INTO scene (relative_path, file_name, sort_key, width_px, height_px, has_photo) VALUES ('1.jpg', '1.jpg', '1', 4, 3, 0);
      INSERT INTO student (scene_id, bbox_id, source) VALUES (1, '1', 'drawn');
      INSERT INTO learnt (model_id, run_id, figures, last_label_id, created_at) VALUES (1, 1, '{}', 0, '');
      INSERT INTO held_out VALUES (1, 1, x'00');`)
    return database
  }
  const count = (database: ReturnType<typeof withVersion>, table: string): unknown =>
    database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

  test('is the fifth step', () => expect(allMigrations[4]).toBe(learning))

  test('a version goes with its run, and what it said of students goes with it', () => {
    const database = withVersion()
    database.exec('DELETE FROM run; DELETE FROM model')
    expect([count(database, 'learnt'), count(database, 'held_out')]).toEqual([0, 0])
    database.close()
  })

  test('a student goes with what was said of them', () => {
    const database = withVersion()
    database.exec('DELETE FROM student')
    expect([count(database, 'learnt'), count(database, 'held_out')]).toEqual([1, 0])
    database.close()
  })

  test.each([
    [
      'a version of no model',
      `INSERT INTO learnt (model_id, run_id, figures, last_label_id, created_at) VALUES (7, 1, '{}', 0, '')`,
    ],
    [
      'a version of no run',
      `INSERT INTO learnt (model_id, run_id, figures, last_label_id, created_at) VALUES (1, 7, '{}', 0, '')`,
    ],
    ['an answer of no version', `INSERT INTO held_out VALUES (7, 1, x'00')`],
    ['an answer about nobody', `INSERT INTO held_out VALUES (1, 7, x'00')`],
  ])('refuses %s', (_name, sql) => {
    const database = withVersion()
    expect(() => database.exec(sql)).toThrow('constraint failed')
    database.close()
  })
})

describe('0006 unfamiliar', () => {
  function withStudent() {
    const database = new BetterSqlite3(':memory:')
    database.pragma('foreign_keys = OFF')
    for (const step of allMigrations.slice(0, 6)) step.up(database)
    database.pragma('foreign_keys = ON')
    database.exec(`
      INSERT INTO model (name, source_file, file, sha256, reading, family, description, created_at)
        VALUES ('learnt', 'a', 'a', 'aa', '{}', 'onnx', '{}', '');
      INSERT INTO run (model_id, name, app_version, batching, created_at, state) VALUES (1, 'learnt', '1', 'scene', '', 'done');
      INSERT INTO scene (relative_path, file_name, sort_key, width_px, height_px, has_photo) VALUES ('1.jpg', '1.jpg', '1', 4, 3, 0);
      INSERT INTO student (scene_id, bbox_id, source) VALUES (1, '1', 'drawn');
      INSERT INTO learnt (model_id, run_id, figures, last_label_id, created_at) VALUES (1, 1, '{}', 0, '');
      INSERT INTO unfamiliar VALUES (1, 1, 1.5);`)
    return database
  }

  test('is the sixth step', () => expect(allMigrations[5]).toBe(unfamiliar))

  test.each(['learnt', 'student'])('goes with its %s', (table) => {
    const database = withStudent()
    database.exec(`DELETE FROM ${table}`)
    expect(database.prepare('SELECT count(*) FROM unfamiliar').pluck().get()).toBe(0)
    database.close()
  })

  test.each([
    ['of no version', 'INSERT INTO unfamiliar VALUES (7, 1, 2)'],
    ['of nobody', 'INSERT INTO unfamiliar VALUES (1, 7, 2)'],
    ['without a distance', 'INSERT INTO unfamiliar (learnt_id, student_id) VALUES (1, 1)'],
  ])('refuses one %s', (_name, sql) => {
    const database = withStudent()
    expect(() => database.exec(sql)).toThrow('constraint failed')
    database.close()
  })
})
