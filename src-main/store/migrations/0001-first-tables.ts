import type { Migration } from './migration.ts'

/** Scenes, students, labels, features, models, runs, predictions and the undo log. */
export const firstTables: Migration = {
  version: 1,
  name: 'first tables',
  up(database) {
    database.exec(project)
    database.exec(photos)
    database.exec(labels)
    database.exec(features)
    database.exec(predictions)
    database.exec(logs)
  },
}

const project = `
  CREATE TABLE property (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE class (
    class_index INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    colour TEXT NOT NULL,
    letter TEXT NOT NULL,
    is_null INTEGER NOT NULL CHECK (is_null IN (0, 1))
  );

  CREATE TABLE annotator (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

  CREATE TABLE import (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('features', 'split')),
    file TEXT NOT NULL,
    sha256 TEXT,
    split TEXT,
    keys TEXT NOT NULL DEFAULT '[]',
    -- The source without its vectors, which exports rebuild the rest of the file from; relative to the project folder.
    form_file TEXT,
    context_form_file TEXT,
    context_origin TEXT CHECK (context_origin IN ('inside', 'sidecar')),
    rows INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('running', 'done')),
    created_at TEXT NOT NULL
  );
`

const photos = `
  CREATE TABLE scene (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    relative_path TEXT NOT NULL UNIQUE,
    file_name TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    content_hash TEXT,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    room TEXT,
    taken_at TEXT,
    split TEXT,
    review TEXT NOT NULL DEFAULT 'open' CHECK (review IN ('open', 'reviewed')),
    has_photo INTEGER NOT NULL CHECK (has_photo IN (0, 1)),
    photo_modified_ms REAL,
    photo_bytes INTEGER,
    import_id INTEGER REFERENCES import (id)
  );
  CREATE INDEX scene_in_order ON scene (sort_key, id);
  CREATE INDEX scene_by_file_name ON scene (file_name);
  CREATE INDEX scene_by_content ON scene (content_hash);
  CREATE INDEX scene_by_import ON scene (import_id);

  CREATE TABLE student (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scene_id INTEGER NOT NULL REFERENCES scene (id),
    bbox_id TEXT NOT NULL,
    -- Corners in px of the upright image as stored, even inverted; all null where no file gave a box.
    x1 REAL, y1 REAL, x2 REAL, y2 REAL,
    -- The normalised box (cx, cy, w, h) that came with the import: models are fed these bytes, not a recomputation.
    nx REAL, ny REAL, nw REAL, nh REAL,
    box_edited INTEGER NOT NULL DEFAULT 0 CHECK (box_edited IN (0, 1)),
    source TEXT NOT NULL CHECK (source IN ('imported', 'detected', 'drawn')),
    import_id INTEGER REFERENCES import (id),
    -- Row of the imported file; null for students that no file named.
    position INTEGER,
    -- The photo's path as the imported file spelt it, so that an export spells it the same.
    source_path TEXT,
    deleted_at TEXT,
    -- The label in force: a copy of what the history says, kept in the same transaction.
    label_id INTEGER REFERENCES label (id)
  );
  CREATE INDEX student_by_scene ON student (scene_id, bbox_id);
  -- Counts of the project and of each scene come from this index alone.
  CREATE INDEX student_present ON student (scene_id, deleted_at, label_id);
  CREATE INDEX student_by_import ON student (import_id, position);
  CREATE INDEX student_by_label ON student (label_id) WHERE label_id IS NOT NULL;
`

const labels = `
  CREATE TABLE label (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    student_id INTEGER NOT NULL REFERENCES student (id),
    class_index INTEGER REFERENCES class (class_index),
    annotator_id INTEGER NOT NULL REFERENCES annotator (id),
    source TEXT NOT NULL CHECK (source IN ('imported', 'person', 'accepted', 'adjudicated', 'withdrawn')),
    at TEXT NOT NULL,
    -- Null means the label's own id; see src-shared/domain/label.ts.
    rank INTEGER,
    import_id INTEGER REFERENCES import (id),
    CHECK ((class_index IS NULL) = (source = 'withdrawn'))
  );
  CREATE INDEX label_by_student ON label (student_id, id);
  CREATE INDEX label_by_import ON label (import_id) WHERE import_id IS NOT NULL;
  CREATE TRIGGER label_is_append_only BEFORE UPDATE ON label
    BEGIN SELECT RAISE(ABORT, 'labels are append-only'); END;
`

const features = `
  CREATE TABLE feature_set (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    modality TEXT NOT NULL,
    width INTEGER NOT NULL,
    dtype TEXT NOT NULL,
    byte_order TEXT NOT NULL CHECK (byte_order IN ('little', 'big')),
    form TEXT NOT NULL,
    -- Relative to the project folder.
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    import_id INTEGER NOT NULL REFERENCES import (id)
  );
  CREATE INDEX feature_set_by_import ON feature_set (import_id);
  CREATE INDEX feature_set_by_modality ON feature_set (modality, id);

  CREATE TABLE feature (
    student_id INTEGER NOT NULL REFERENCES student (id),
    set_id INTEGER NOT NULL REFERENCES feature_set (id),
    row INTEGER NOT NULL,
    PRIMARY KEY (student_id, set_id)
  ) WITHOUT ROWID;
  CREATE INDEX feature_by_set ON feature (set_id, row);
`

const predictions = `
  CREATE TABLE model (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    source_file TEXT NOT NULL,
    -- Relative to the project folder, as is config_file.
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    config_file TEXT,
    config_sha256 TEXT,
    -- JSON: what the model was read with beside its files (the user's choices, the project's modalities and boxes).
    reading TEXT NOT NULL,
    family TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at TEXT NOT NULL
  );
  CREATE INDEX model_by_content ON model (sha256);

  CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id INTEGER NOT NULL REFERENCES model (id),
    name TEXT NOT NULL,
    provider TEXT NOT NULL DEFAULT '',
    provider_reason TEXT NOT NULL DEFAULT '',
    app_version TEXT NOT NULL,
    batching TEXT NOT NULL,
    partial INTEGER NOT NULL DEFAULT 0,
    students INTEGER NOT NULL DEFAULT 0,
    ms_per_student REAL NOT NULL DEFAULT 0,
    omitted TEXT NOT NULL DEFAULT '[]',
    gate_modalities TEXT NOT NULL DEFAULT '[]',
    feature_hashes TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL,
    -- Only a run that is done is ever shown; the others are removed, at the latest when the project opens again.
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'removed'))
  );
  CREATE INDEX run_by_model ON run (model_id);
  CREATE INDEX run_by_name ON run (name, id);

  CREATE TABLE prediction (
    run_id INTEGER NOT NULL REFERENCES run (id),
    student_id INTEGER NOT NULL REFERENCES student (id),
    class_index INTEGER NOT NULL,
    -- The largest softmax probability.
    confidence REAL NOT NULL,
    -- Little-endian float32: [classes] and [gate modalities].
    logits BLOB NOT NULL,
    gate BLOB,
    PRIMARY KEY (run_id, student_id)
  ) WITHOUT ROWID;
  CREATE INDEX prediction_by_student ON prediction (student_id);
`

const logs = `
  CREATE TABLE edit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    annotator_id INTEGER NOT NULL REFERENCES annotator (id),
    -- JSON of workbench/edits: what the step is called and where it happened; what it did and what takes it back.
    step TEXT NOT NULL,
    payload TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1))
  );
  CREATE INDEX edit_by_state ON edit (undone, id);

  CREATE TABLE export (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    selection TEXT NOT NULL,
    students INTEGER NOT NULL,
    -- The newest label that the export saw.
    last_label_id INTEGER
  );
`
