import type { Migration } from './migration.ts'

/**
 * Vectors and boxes that Lectern makes itself: a feature set may come from an extraction in place of an import, and a detected student
 * keeps its detector's box and score. SQLite cannot loosen a column, so `feature_set` is made anew.
 */
export const extraction: Migration = {
  version: 3,
  name: 'extraction',
  up(database) {
    database.exec(`
      CREATE TABLE new_feature_set (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        modality TEXT NOT NULL,
        width INTEGER NOT NULL,
        dtype TEXT NOT NULL,
        byte_order TEXT NOT NULL CHECK (byte_order IN ('little', 'big')),
        form TEXT NOT NULL,
        -- Relative to the project folder.
        file TEXT NOT NULL,
        -- Of the file; of an extraction that still runs, of what it held when the last one ended.
        sha256 TEXT NOT NULL,
        import_id INTEGER REFERENCES import (id),
        -- JSON: FeatureProducer, of vectors that were extracted here.
        producer TEXT,
        CHECK ((import_id IS NULL) <> (producer IS NULL))
      );
      INSERT INTO new_feature_set (id, modality, width, dtype, byte_order, form, file, sha256, import_id)
        SELECT id, modality, width, dtype, byte_order, form, file, sha256, import_id FROM feature_set;
      DROP TABLE feature_set;
      ALTER TABLE new_feature_set RENAME TO feature_set;
      CREATE INDEX feature_set_by_import ON feature_set (import_id);
      CREATE INDEX feature_set_by_modality ON feature_set (modality, id);

      CREATE TABLE detection (
        student_id INTEGER PRIMARY KEY REFERENCES student (id),
        -- Of the detector's weights.
        detector_sha256 TEXT NOT NULL,
        score REAL NOT NULL,
        -- As detected, in px of the upright photo: a box that differs from its student's was moved by a hand.
        x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL
      );

      -- Scenes that were looked over, also those where nobody was found.
      CREATE TABLE detected_scene (
        scene_id INTEGER PRIMARY KEY REFERENCES scene (id),
        detector_sha256 TEXT NOT NULL,
        setting TEXT NOT NULL,
        boxes INTEGER NOT NULL,
        at TEXT NOT NULL
      );
    `)
  },
}
