import { beforeAll, expect, test } from 'vitest'
import { allMigrations } from '#main/store/migrations/all-migrations.ts'
import { openStore } from '#main/store/open-store.ts'
import type { Store } from '#main/store/store.ts'
import { correctedSql, correctionsSql, importedSql } from '#main/store/tables/learnt.ts'
import { gatesSql, labelledLogitsSql, outcomesSql } from '#main/store/tables/outcome.ts'
import { opinionsSql } from '#main/store/tables/opinion.ts'
import { logitsBetweenSql } from '#main/store/tables/prediction.ts'
import { countStudentsSql } from '#main/store/tables/project-counts.ts'
import { reviewSql } from '#main/store/tables/review.ts'
import { sceneFiguresSql, scenePageSql, scenesWithStudentsSql } from '#main/store/tables/scene-list.ts'
import { epochsOfTrainingSql, nextTrainingSql, seedsOfTrainingSql } from '#main/store/tables/training.ts'
import { stillClock } from '../../support/store.ts'

let store: Store
beforeAll(() => {
  store = openStore(':memory:', { mode: 'create', clock: stillClock, backupFolder: null, migrations: allMigrations })
  return () => store.close()
})

/** The statement with every parameter bound to a number: the planner looks at no values. */
const planOf = (sql: string): string => store.plan(sql.replaceAll('?', '1')).join('\n')

test.each([
  ['a page of scenes walks the list in its order', scenePageSql('1'), ['scene_in_order']],
  ['the project is counted from one index alone', countStudentsSql, ['COVERING INDEX student_present']],
  [
    "a scene's figures look up its own students",
    sceneFiguresSql,
    ['student_present (scene_id=? AND deleted_at=?)', 'prediction USING PRIMARY KEY (run_id=? AND student_id=?)'],
  ],
  [
    'a search for students goes on after its cursor and looks up each scene',
    scenesWithStudentsSql('1', 'prediction.class_index <> label.class_index', {
      needsLabel: true,
      needsPrediction: true,
    }),
    [
      'scene_in_order (sort_key>?)',
      'student_present (scene_id=? AND deleted_at=?)',
      'label USING INTEGER PRIMARY KEY',
      'prediction USING PRIMARY KEY (run_id=? AND student_id=?)',
    ],
  ],
  [
    'a search for a class needs neither label nor prediction',
    scenesWithStudentsSql('1', 'coalesce(label.class_index, prediction.class_index) = 4', {
      needsLabel: false,
      needsPrediction: false,
    }),
    ['student_present (scene_id=?', 'prediction USING PRIMARY KEY (run_id=? AND student_id=?)'],
  ],
  [
    'outcomes walk the predictions of a run and look up each student',
    outcomesSql,
    ['prediction USING PRIMARY KEY (run_id=? AND student_id>?)', 'student USING INTEGER PRIMARY KEY'],
  ],
  [
    'the logits of some students walk the same way, and no further than the last of them',
    logitsBetweenSql,
    ['prediction USING PRIMARY KEY (run_id=? AND student_id>? AND student_id<?)', 'student USING INTEGER PRIMARY KEY'],
  ],
  [
    'gates walk the same way, labelled or not',
    gatesSql,
    [
      'prediction USING PRIMARY KEY (run_id=? AND student_id>?)',
      'student USING INTEGER PRIMARY KEY',
      'label USING INTEGER PRIMARY KEY',
    ],
  ],
  [
    'labelled logits walk the same way',
    labelledLogitsSql,
    [
      'prediction USING PRIMARY KEY (run_id=? AND student_id>?)',
      'student USING INTEGER PRIMARY KEY',
      'label USING INTEGER PRIMARY KEY',
    ],
  ],
  [
    'opinions walk a range of students and look up their labels',
    opinionsSql,
    ['student USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)', 'label_by_student (student_id=?)'],
  ],
  [
    'the history of a student',
    'SELECT * FROM label WHERE student_id = ? ORDER BY id',
    ['label_by_student (student_id=?)'],
  ],
  [
    'students of an id in a scene',
    'SELECT * FROM student WHERE scene_id = ? AND bbox_id = ?',
    ['student_by_scene (scene_id=? AND bbox_id=?)'],
  ],
  ['scenes of a file name', 'SELECT * FROM scene WHERE file_name = ?', ['scene_by_file_name (file_name=?)']],
  [
    'corrections are counted among the labels of hands',
    correctionsSql,
    ['label USING INDEX label_by_hand', 'student_by_label (label_id=?)'],
  ],
  [
    'the newest corrections walk those labels backwards',
    correctedSql,
    ['label_by_hand (id<?)', 'student_by_label (label_id=?)'],
  ],
  [
    'students with a label of a file walk on in their order',
    importedSql,
    ['student USING INTEGER PRIMARY KEY (rowid>?)', 'label USING INTEGER PRIMARY KEY'],
  ],
  [
    'the review queue looks up a scene, its students, and what is said of each',
    reviewSql,
    [
      'student_present (scene_id=? AND deleted_at=?)',
      'shown USING PRIMARY KEY (run_id=? AND student_id=?)',
      'detection USING INTEGER PRIMARY KEY',
      'unfamiliar USING PRIMARY KEY (learnt_id=? AND student_id=?)',
    ],
  ],
  ['the training whose turn it is', nextTrainingSql, ['training_by_state (state=?)']],
  ['the seeds of a training', seedsOfTrainingSql, ['training_seed USING PRIMARY KEY (training_id=?)']],
  ['the curves of a training', epochsOfTrainingSql, ['training_epoch USING PRIMARY KEY (training_id=?)']],
  ['the next undo step', 'SELECT * FROM edit WHERE undone = 0 ORDER BY id DESC LIMIT 1', ['edit_by_state (undone=?)']],
])('%s', (_name, sql, expected) => {
  const plan = planOf(sql)
  for (const part of expected) expect(plan).toContain(part)
  expect(plan).not.toMatch(/SCAN (scene|student|label|prediction|edit)(?! USING)|TEMP B-TREE/)
})
