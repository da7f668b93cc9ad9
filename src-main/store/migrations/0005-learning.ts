import type { Migration } from './migration.ts'

/** Heads that learnt from corrections, and what each said of a student whom it had not learnt from. */
export const learning: Migration = {
  version: 5,
  name: 'learning',
  up(database) {
    database.exec(`
      CREATE TABLE learnt (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        -- A version goes with its model or its run.
        model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
        run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        -- JSON: LearntFigures
        figures TEXT NOT NULL,
        -- Newest label that it could see.
        last_label_id INTEGER NOT NULL,
        created_at TEXT NOT NULL
      );
      CREATE INDEX learnt_by_model ON learnt (model_id);
      CREATE INDEX learnt_by_run ON learnt (run_id);

      CREATE TABLE held_out (
        learnt_id INTEGER NOT NULL REFERENCES learnt (id) ON DELETE CASCADE,
        student_id INTEGER NOT NULL REFERENCES student (id) ON DELETE CASCADE,
        -- Little-endian float32. [classes]
        probabilities BLOB NOT NULL,
        PRIMARY KEY (learnt_id, student_id)
      ) WITHOUT ROWID;
      CREATE INDEX held_out_by_student ON held_out (student_id);

      -- Corrections are few among the labels that files bring.
      CREATE INDEX label_by_hand ON label (id) WHERE source <> 'imported';
    `)
  },
}
