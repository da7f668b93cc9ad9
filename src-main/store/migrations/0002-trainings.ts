import type { Migration } from './migration.ts'

/** The queue of trainings, their seeds and what each epoch reached. */
export const trainings: Migration = {
  version: 2,
  name: 'trainings',
  up(database) {
    database.exec(`
      CREATE TABLE training (
        -- Never given twice: the training's folder carries it.
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        -- Of its configuration and run folder below training/<id>.
        run_name TEXT NOT NULL,
        -- JSON: TrainingOrder, as is what follows of the contract's types.
        asked TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'stopped', 'done', 'failed')),
        -- Whether it only has to test what it learnt, because somebody ended it.
        ending INTEGER NOT NULL DEFAULT 0 CHECK (ending IN (0, 1)),
        family TEXT NOT NULL,
        modalities TEXT NOT NULL,
        epochs INTEGER NOT NULL,
        students TEXT,
        findings TEXT NOT NULL DEFAULT '[]',
        leakage TEXT,
        -- What its labels were when its data were written; null before that, and for data of files.
        label_state TEXT,
        -- Whether configuration and data lie in its folder.
        prepared INTEGER NOT NULL DEFAULT 0 CHECK (prepared IN (0, 1)),
        summary TEXT,
        error TEXT,
        model_ids TEXT NOT NULL DEFAULT '[]',
        created_at TEXT NOT NULL,
        ended_at TEXT
      );
      CREATE INDEX training_by_state ON training (state, id);

      CREATE TABLE training_seed (
        training_id INTEGER NOT NULL REFERENCES training (id),
        seed INTEGER NOT NULL,
        position INTEGER NOT NULL,
        epochs INTEGER NOT NULL DEFAULT 0,
        best_epoch INTEGER NOT NULL DEFAULT 0,
        -- Val macro F1 (no-null), percent.
        best_value REAL NOT NULL DEFAULT 0,
        ended INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)),
        PRIMARY KEY (training_id, seed)
      ) WITHOUT ROWID;

      CREATE TABLE training_epoch (
        training_id INTEGER NOT NULL REFERENCES training (id),
        seed INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        -- JSON: TrainingEpoch
        record TEXT NOT NULL,
        PRIMARY KEY (training_id, seed, epoch)
      ) WITHOUT ROWID;
    `)
  },
}
