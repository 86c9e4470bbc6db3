-- Texts that come again and again among the columns without a field: a number in the cells of extras is the row of one.
PRAGMA user_version = 7;

CREATE TABLE extra_texts (
  id              INTEGER PRIMARY KEY,
  text            TEXT NOT NULL,
  CONSTRAINT text_json CHECK (json_valid(text) AND text GLOB '"*"')
) STRICT;
