import type { Migration } from './migration.ts'

/** Students who are unlike all that a version learnt from. */
export const unfamiliar: Migration = {
  version: 6,
  name: 'unfamiliar',
  up(database) {
    database.exec(`
      CREATE TABLE unfamiliar (
        learnt_id INTEGER NOT NULL REFERENCES learnt (id) ON DELETE CASCADE,
        student_id INTEGER NOT NULL REFERENCES student (id) ON DELETE CASCADE,
        -- Distance from the nearest labelled student, over the limit: above 1.
        times REAL NOT NULL,
        PRIMARY KEY (learnt_id, student_id)
      ) WITHOUT ROWID;
      CREATE INDEX unfamiliar_by_student ON unfamiliar (student_id);
    `)
  },
}
