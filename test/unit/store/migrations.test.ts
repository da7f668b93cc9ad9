import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { allMigrations } from '#main/store/migrations/all-migrations.ts'
import { firstTables } from '#main/store/migrations/0001-first-tables.ts'

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
