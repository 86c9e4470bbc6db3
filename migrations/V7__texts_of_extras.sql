-- Texts that come again and again among the columns without a field: a number in the cells of extras is the row of one.
-- The kinds of fact that have a layout, by the bits of their places in the search index; all where that is not known.
PRAGMA user_version = 7;

CREATE TABLE extra_texts (
  id              INTEGER PRIMARY KEY,
  text            TEXT NOT NULL,
  CONSTRAINT id_range CHECK (id BETWEEN 1 AND 32768),
  CONSTRAINT text_json CHECK (json_valid(text) AND text GLOB '"*"')
) STRICT;

ALTER TABLE layouts ADD COLUMN kinds INTEGER NOT NULL DEFAULT -1;
