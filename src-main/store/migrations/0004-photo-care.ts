import type { Migration } from './migration.ts'

/** What is known of photos beyond their scenes: when the camera took them, what they look like, which were left out, whose place a pattern gave. */
export const photoCare: Migration = {
  version: 4,
  name: 'photo care',
  up(database) {
    database.exec(`
      -- EXIF's own, whatever a pattern or a file says of the time.
      ALTER TABLE scene ADD COLUMN camera_time TEXT;
      UPDATE scene SET camera_time = taken_at WHERE import_id IS NULL;

      -- What photos look like, by their content: it outlives moves, and copies share it.
      CREATE TABLE photo_look (
        content_hash TEXT PRIMARY KEY,
        -- See compute/images/perceptual-hash.ts; null where the photo cannot be decoded or shows next to nothing.
        bits BLOB
      ) WITHOUT ROWID;

      -- Copies that somebody left out of the project: a scan passes them by.
      CREATE TABLE left_out_photo (
        relative_path TEXT PRIMARY KEY,
        content_hash TEXT NOT NULL,
        at TEXT NOT NULL
      ) WITHOUT ROWID;

      -- Scenes whose room or time the project's pattern gave, with what they had before it.
      CREATE TABLE placed_scene (
        scene_id INTEGER PRIMARY KEY REFERENCES scene (id) ON DELETE CASCADE,
        room TEXT,
        taken_at TEXT
      );
    `)
  },
}
