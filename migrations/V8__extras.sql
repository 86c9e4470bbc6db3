-- Extras: source columns that have no column in the tables of facts. Output calls them extra.NAME.
-- They are kept apart, and their names once per layout, so that the tables of facts stay small to
-- read.
--
-- The first extra column of each event:
--   SELECT f.key, l.columns ->> 0 AS name, x.cells ->> 0 AS cell
--     FROM events f
--     JOIN extras x ON x.id = 16 * f.id + 0
--     JOIN layouts l ON l.id = x.layout_id;

-- Layouts: the names of the extra columns of the facts that share them.
CREATE TABLE layouts (
  id              INTEGER PRIMARY KEY,
  -- JSON array of names, in the order of the source.
  columns         TEXT NOT NULL UNIQUE,
  -- Kinds of fact that have the layout: bit n stands for kind n of `search` (V1). -1: all, which
  -- is assumed where it is not known.
  kinds           INTEGER NOT NULL DEFAULT -1,
  CONSTRAINT columns_json CHECK (json_valid(columns))
) STRICT;

-- Extra columns, one row for each fact that has any.
CREATE TABLE extras (
  -- 16 * id + n of the fact, as in `search` (V1).
  id              INTEGER PRIMARY KEY,
  layout_id       INTEGER NOT NULL REFERENCES layouts(id),
  -- Of the first fact of a record, the first 8 bytes of the SHA-256 of the whole record and of what it
  -- was read with. A record that comes again with the same is unchanged, and so are all of its facts.
  -- NULL: not known.
  record          BLOB,
  -- JSON array with one element for each name of the layout: a text; a number, which is the id of
  -- a text in extra_texts; or null, if the record lacks the column.
  cells           TEXT NOT NULL,
  CONSTRAINT record_length CHECK (length(record) = 8),
  CONSTRAINT cells_json CHECK (json_valid(cells))
) STRICT;

-- Texts that many cells of extras share, stored once.
CREATE TABLE extra_texts (
  -- At most 32,768 texts have an id, so that it is shorter than they are.
  id              INTEGER PRIMARY KEY,
  -- JSON string, quotes included: text ->> '$' is the text itself.
  text            TEXT NOT NULL,
  CONSTRAINT id_range CHECK (id BETWEEN 1 AND 32768),
  CONSTRAINT text_json CHECK (json_valid(text) AND text GLOB '"*"')
) STRICT;
