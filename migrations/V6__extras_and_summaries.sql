-- The columns of data sets that have no field go aside, their names once for all rows that have them: a kind's table is
-- then small to go through. What stands in the column "extra" stays there, and is what could not be taken apart.
-- Summaries by source, year, country and sort answer the usual tables without going through the facts. Facts that must be
-- looked at one by one (answers to a question, figures for a period) are in none, and have an index.
PRAGMA user_version = 6;

CREATE TABLE layouts (
  id              INTEGER PRIMARY KEY,
  -- an array of names
  columns         TEXT NOT NULL UNIQUE,
  CONSTRAINT columns_json CHECK (json_valid(columns))
) STRICT;

CREATE TABLE extras (
  -- sixteen times the id of the fact, and the place of its kind, as in search
  id              INTEGER PRIMARY KEY,
  layout_id       INTEGER NOT NULL REFERENCES layouts(id),
  -- an array of texts, one for each name of the layout; null: the fact has no such column
  cells           TEXT NOT NULL,
  CONSTRAINT cells_json CHECK (json_valid(cells))
) STRICT;

-- the kinds whose summary holds every live fact that it is to hold
CREATE TABLE summed (
  kind            TEXT PRIMARY KEY
) STRICT;

CREATE TABLE events_summary (
  id              INTEGER PRIMARY KEY,
  source_id       INTEGER NOT NULL,
  -- "known", and the first days of the years in which it begins and ends
  date            TEXT,
  first_day       INTEGER,
  last_day        INTEGER,
  -- a name of the country
  place_id        INTEGER,
  type            TEXT NOT NULL,
  -- how many facts; below zero: so many less
  facts           INTEGER NOT NULL,
  -- of each figure: how many facts state it, their sum, the lowest and the highest
  deaths_low_n    INTEGER NOT NULL,
  deaths_low_sum  REAL NOT NULL,
  deaths_low_min  INTEGER,
  deaths_low_max  INTEGER,
  deaths_best_n   INTEGER NOT NULL,
  deaths_best_sum REAL NOT NULL,
  deaths_best_min INTEGER,
  deaths_best_max INTEGER,
  deaths_high_n   INTEGER NOT NULL,
  deaths_high_sum REAL NOT NULL,
  deaths_high_min INTEGER,
  deaths_high_max INTEGER
) STRICT;
CREATE INDEX events_alone ON events(source_id) WHERE retired_by_id IS NULL AND (topic IS NOT NULL OR date_span = 'throughout' OR first_day < 1721060 OR last_day < 1721060 OR first_day > 5373484 OR last_day > 5373484);
INSERT INTO summed (kind) SELECT 'events' WHERE NOT EXISTS (SELECT 1 FROM events);

CREATE TABLE casualty_statistics_summary (
  id              INTEGER PRIMARY KEY,
  source_id       INTEGER NOT NULL,
  -- "known", and the first days of the years in which it begins and ends
  date            TEXT,
  first_day       INTEGER,
  last_day        INTEGER,
  -- a name of the country
  place_id        INTEGER,
  harm            TEXT NOT NULL,
  population      TEXT NOT NULL,
  -- how many facts; below zero: so many less
  facts           INTEGER NOT NULL,
  -- of each figure: how many facts state it, their sum, the lowest and the highest
  low_n           INTEGER NOT NULL,
  low_sum         REAL NOT NULL,
  low_min         INTEGER,
  low_max         INTEGER,
  best_n          INTEGER NOT NULL,
  best_sum        REAL NOT NULL,
  best_min        INTEGER,
  best_max        INTEGER,
  high_n          INTEGER NOT NULL,
  high_sum        REAL NOT NULL,
  high_min        INTEGER,
  high_max        INTEGER
) STRICT;
CREATE INDEX casualty_statistics_alone ON casualty_statistics(source_id) WHERE retired_by_id IS NULL AND (topic IS NOT NULL OR date_span = 'throughout' OR first_day < 1721060 OR last_day < 1721060 OR first_day > 5373484 OR last_day > 5373484 OR event IS NULL);
INSERT INTO summed (kind) SELECT 'casualties' WHERE NOT EXISTS (SELECT 1 FROM casualty_statistics);

-- Another program that changes what a summary is made of does not keep it: it is made anew by the next import. This one
-- runs no triggers.
CREATE TRIGGER events_added AFTER INSERT ON events BEGIN DELETE FROM summed WHERE kind = 'events'; END;
CREATE TRIGGER events_changed AFTER UPDATE ON events BEGIN DELETE FROM summed WHERE kind = 'events'; END;
CREATE TRIGGER events_deleted AFTER DELETE ON events BEGIN DELETE FROM summed WHERE kind = 'events'; END;
CREATE TRIGGER casualty_statistics_added AFTER INSERT ON casualty_statistics BEGIN DELETE FROM summed WHERE kind = 'casualties'; END;
CREATE TRIGGER casualty_statistics_changed AFTER UPDATE ON casualty_statistics BEGIN DELETE FROM summed WHERE kind = 'casualties'; END;
CREATE TRIGGER casualty_statistics_deleted AFTER DELETE ON casualty_statistics BEGIN DELETE FROM summed WHERE kind = 'casualties'; END;
CREATE TRIGGER names_changed AFTER UPDATE ON names BEGIN DELETE FROM summed; END;
CREATE TRIGGER names_deleted AFTER DELETE ON names BEGIN DELETE FROM summed; END;
CREATE TRIGGER places_changed AFTER UPDATE ON places BEGIN DELETE FROM summed; END;
CREATE TRIGGER places_deleted AFTER DELETE ON places BEGIN DELETE FROM summed; END;
