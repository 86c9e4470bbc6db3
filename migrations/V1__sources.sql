-- Sources: the works that state facts, the imports that recorded them, the questions that facts
-- answer, the texts of documents, and the index for full-text search.
--
-- The files V1 to V9 make the schema, one file per group of tables:
--   V1 sources, imports, topics, source_texts, search    V6 diplomatic_posts
--   V2 actors, places, names, members                     V7 indicators
--   V3 events (documents the columns of all facts)        V8 layouts, extras, extra_texts
--   V4 arms_transfers                                     V9 the views
--   V5 casualty_statistics
--
-- Conventions:
--   * One row of a table of facts (V3 to V7) is what one source says once. Two sources that say
--     the same are two rows.
--   * NULL means "not stated" unless a comment says otherwise. It never means zero.
--   * Texts are never empty. The constraint no_empty_text ensures that an empty cell of a CSV file
--     is NULL and nothing else.
--   * Dates are text in EDTF (ISO 8601-2), at the precision of the source: 2013, 2013-11, 2011-12~
--     (approximately), 2006/2007, 2013/.. (open end), -0538 (539 BCE).
--   * Columns that end in _day are Julian day numbers. They compare and sort as integers, also for
--     years before the common era. date(n) turns them into ISO days.
--   * Columns that end in _id refer to the column id of another table.
--   * A code list is checked by a constraint COLUMN_known. Tables that grow have it written as
--     comparisons joined by OR: SQLite builds a temporary table for an IN list of three or more
--     values, once for each row that it checks.
PRAGMA application_id = 1178682196;  -- 'FACT'

-- Works that state facts: documents and data sets.
CREATE TABLE sources (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Short name: lower-case letters, digits, '-', '_' and '.'. The reference to a fact begins with
  -- it (SLUG:KEY).
  slug            TEXT NOT NULL UNIQUE,
  -- 'document': a text, such as a report. 'dataset': records of one layout, such as UCDP GED.
  kind            TEXT NOT NULL,
  title           TEXT NOT NULL,
  author          TEXT,
  publisher       TEXT,
  -- Date of publication (EDTF).
  published       TEXT,
  -- Address at which the work can be read or downloaded.
  url             TEXT,
  -- Terms of use.
  licence         TEXT,
  -- Citation that the makers of the work ask for.
  citation        TEXT,
  -- Reliability of the source in the Admiralty system: 'A' completely reliable to 'E' unreliable,
  -- 'F' cannot be judged.
  reliability     TEXT,
  -- SHA-256 of the document's file, in lower-case hexadecimal.
  sha256          TEXT,
  -- Date on which it was looked at (EDTF).
  accessed        TEXT,
  -- Address of an archived copy.
  archived_url    TEXT,
  -- Who collected it, and when (EDTF), after the Berkeley Protocol.
  collected_by    TEXT,
  collected_at    TEXT,
  doi             TEXT,
  isbn            TEXT,
  -- Journal, book or site that it appeared in.
  container       TEXT,
  edition         TEXT,
  -- Language (BCP 47).
  language        TEXT,
  -- Report, article, video, web page, …
  medium          TEXT,
  -- What of it may be passed on: everything ('yes'), a passage per fact ('excerpt'), the citation
  -- alone ('no'). NULL: unknown.
  redistribution  TEXT,
  -- 'yes': nothing of it may leave the database.
  restricted      TEXT,
  -- Slugs of the sources that it is made of, separated by "; ".
  derived_from    TEXT,
  -- Name for the sources of one publisher: agreement among them is no confirmation.
  family          TEXT,
  -- Fields whose values divide its records, each of which has one, separated by "; ": figures may be
  -- added up over them.
  partitioned_by  TEXT,
  -- Remarks for readers.
  note            TEXT,
  -- Import that created the row. Undoing it removes the row too, unless something else refers to
  -- it. NULL: the row does not depend on an import.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT kind_known CHECK (kind IN ('document', 'dataset')),
  CONSTRAINT redistribution_known CHECK (redistribution IN ('yes', 'excerpt', 'no')),
  CONSTRAINT restricted_known CHECK (restricted IN ('yes', 'no')),
  CONSTRAINT reliability_known CHECK (reliability IN ('A', 'B', 'C', 'D', 'E', 'F')),
  CONSTRAINT sha256_hex CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (slug, title, author, publisher, published, url,
    licence, citation, note, accessed, archived_url, collected_by, collected_at, doi, isbn,
    container, edition, language, medium, derived_from, family, partitioned_by))
) STRICT;

-- Imports: every run that changed something, one row each. Ids rise in the order of the imports: a
-- fact was live after import n if its import_id is at most n and no import up to n retired it.
CREATE TABLE imports (
  -- The number of an import that was undone is not used again.
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  -- What ran: 'import', 'seed', 'add', 'edit', 'retire', 'names merge', …
  action          TEXT NOT NULL,
  -- Source of its facts. NULL: several, or none.
  source_id       INTEGER REFERENCES sources(id),
  -- The publisher's version: '25.1'.
  release         TEXT,
  -- 1: the file is a complete release, and facts that it lacks were retired. 0: it may be partial.
  complete        INTEGER NOT NULL,
  -- Name of the file or folder. NULL: the fact was entered by hand.
  file            TEXT,
  -- SHA-256 of the file, in lower-case hexadecimal.
  sha256          TEXT,
  -- Time of the import (RFC 3339, UTC).
  ran_at          TEXT NOT NULL,
  -- Program and version that ran.
  program         TEXT NOT NULL,
  -- Records read: the sum of added, changed, unchanged, rejected and repeated.
  read            INTEGER NOT NULL,
  -- Records that were new.
  added           INTEGER NOT NULL,
  -- Records that replaced an earlier version.
  changed         INTEGER NOT NULL,
  -- Records that were already stored and state the same.
  unchanged       INTEGER NOT NULL,
  -- Stored records that a complete release lacks. They are not part of `read`.
  withdrawn       INTEGER NOT NULL,
  -- Records that could not be loaded.
  rejected        INTEGER NOT NULL,
  -- Exact repetitions within the file.
  repeated        INTEGER NOT NULL,
  -- Mapping that the file was read with: the name of a shipped one or of the user's own.
  dataset         TEXT,
  -- Name of the import that no other copy of the database has: time and chance.
  uid             TEXT UNIQUE,
  -- Who ran it.
  by              TEXT,
  -- What it did or why, for readers.
  note            TEXT,
  -- What a complete file is complete for, such as countries, with '; ' between. NULL: everything.
  covers          TEXT,
  CONSTRAINT complete_known CHECK (complete IN (0, 1)),
  CONSTRAINT nothing_lost CHECK (read = added + changed + unchanged + rejected + repeated),
  CONSTRAINT sha256_hex CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (release, dataset, file, ran_at, program, uid, by,
    covers, action, note))
) STRICT;
CREATE INDEX imports_source ON imports(source_id);

-- What imports changed or deleted in rows that facts refer to, and in the statuses of quotes: the row
-- as it was before. Undoing the import puts it back. Rows that an import added are told by their
-- import_id.
CREATE TABLE undo_steps (
  id              INTEGER PRIMARY KEY,
  import_id       INTEGER NOT NULL REFERENCES imports(id),
  -- Table and id of the row.
  changed_table   TEXT NOT NULL,
  row_id          INTEGER NOT NULL,
  -- JSON object of the columns that changed, with their former values.
  before          TEXT NOT NULL,
  CONSTRAINT before_json CHECK (json_valid(before))
) STRICT;
CREATE INDEX undo_steps_import ON undo_steps(import_id);

-- Imports that were undone. A merge with another copy of the database does not bring them back.
CREATE TABLE undone (
  id              INTEGER PRIMARY KEY,
  -- As in imports.
  uid             TEXT NOT NULL UNIQUE,
  -- Time at which it was undone (RFC 3339, UTC).
  at              TEXT NOT NULL,
  -- Who undid it.
  by              TEXT,
  CONSTRAINT no_empty_text CHECK ('' NOT IN (uid, at, by))
) STRICT;

-- Questions with one answer, such as "How many civilians were killed in Iraq in 2013?". Facts that
-- answer the same question can be compared. Themes are not topics.
CREATE TABLE topics (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Short name, by which facts refer to the topic.
  slug            TEXT NOT NULL UNIQUE,
  question        TEXT NOT NULL,
  -- Remarks for readers.
  note            TEXT,
  -- As in sources.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (slug, question, note))
) STRICT;

-- Texts of documents, attached by the user, one per source. Quotes and locators are checked
-- against them.
CREATE TABLE source_texts (
  id              INTEGER PRIMARY KEY,
  source_id       INTEGER NOT NULL UNIQUE REFERENCES sources(id),
  -- SHA-256 of the attached file, in lower-case hexadecimal. If it differs from sources.sha256,
  -- the file is not the one that the source describes.
  sha256          TEXT NOT NULL,
  -- The text, in UTF-8 without a byte order mark.
  text            TEXT NOT NULL,
  -- As in sources.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT sha256_hex CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (text))
) STRICT;

-- Full-text index of facts and of source texts. A fact is found by its own texts and by its actors
-- and places, both as the source spells them and by their usual names. Case and diacritics are
-- ignored.
--
-- rowid = 16 * id + n, where id is that of the row in its table and n tells the table:
--   0 events, 1 arms_transfers, 2 casualty_statistics, 3 diplomatic_posts, 4 indicators,
--   15 source_texts
--
-- The index is contentless: it can be searched, but the words cannot be read back. It does without
-- the option contentless_delete, which SQLite before 3.43 does not know, so that older tools can
-- open the database.
CREATE VIRTUAL TABLE search
  USING fts5(words, content = '', tokenize = 'unicode61 remove_diacritics 2');
