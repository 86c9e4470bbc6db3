-- The columns of data sets that have no field go aside, their names once for all rows that have them: a kind's table is
-- then small to go through. What stands in the column "extra" stays there, and is what could not be taken apart.
-- Summaries by source, year, country and sort answer the usual tables without going through the facts. Facts that must be
-- looked at one by one (answers to a question, figures for a period, figures beyond 2^40) are in none, and have an index.
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
  deaths_low_sum  INTEGER NOT NULL,
  deaths_low_min  INTEGER,
  deaths_low_max  INTEGER,
  deaths_best_n   INTEGER NOT NULL,
  deaths_best_sum INTEGER NOT NULL,
  deaths_best_min INTEGER,
  deaths_best_max INTEGER,
  deaths_high_n   INTEGER NOT NULL,
  deaths_high_sum INTEGER NOT NULL,
  deaths_high_min INTEGER,
  deaths_high_max INTEGER
) STRICT;
CREATE INDEX events_alone ON events(source_id) WHERE retired_by_id IS NULL AND (topic IS NOT NULL OR date_span = 'throughout' OR first_day < 1721060 OR last_day < 1721060 OR first_day > 5373484 OR last_day > 5373484 OR deaths_low > 1099511627776 OR deaths_low < -1099511627776 OR deaths_best > 1099511627776 OR deaths_best < -1099511627776 OR deaths_high > 1099511627776 OR deaths_high < -1099511627776);
INSERT INTO events_summary (source_id, date, first_day, last_day, place_id, type, facts, deaths_low_n, deaths_low_sum, deaths_low_min, deaths_low_max, deaths_best_n, deaths_best_sum, deaths_best_min, deaths_best_max, deaths_high_n, deaths_high_sum, deaths_high_min, deaths_high_max)
  SELECT source_id, date, first_day, last_day,
         (SELECT min(n.id) FROM names n WHERE n.place_id = country) AS place_id, type,
         1 * facts AS facts,
         1 * deaths_low_n AS deaths_low_n, 1 * deaths_low_sum AS deaths_low_sum, deaths_low_min, deaths_low_max,
         1 * deaths_best_n AS deaths_best_n, 1 * deaths_best_sum AS deaths_best_sum, deaths_best_min, deaths_best_max,
         1 * deaths_high_n AS deaths_high_n, 1 * deaths_high_sum AS deaths_high_sum, deaths_high_min, deaths_high_max
    FROM (SELECT f.source_id, iif(f.date IS NULL, NULL, 'known') AS date,
                 CAST(julianday(f.first_day, 'start of year') + 0.5 AS INTEGER) AS first_day,
                 CAST(julianday(f.last_day, 'start of year') + 0.5 AS INTEGER) AS last_day,
                 (SELECT CASE WHEN p.kind = 'country' THEN p.id ELSE ifnull(p.within_id, p.id) END
                    FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id) AS country, f.type, count(*) AS facts,
                 count(f.deaths_low) AS deaths_low_n, ifnull(sum(f.deaths_low), 0) AS deaths_low_sum, min(f.deaths_low) AS deaths_low_min, max(f.deaths_low) AS deaths_low_max,
                 count(f.deaths_best) AS deaths_best_n, ifnull(sum(f.deaths_best), 0) AS deaths_best_sum, min(f.deaths_best) AS deaths_best_min, max(f.deaths_best) AS deaths_best_max,
                 count(f.deaths_high) AS deaths_high_n, ifnull(sum(f.deaths_high), 0) AS deaths_high_sum, min(f.deaths_high) AS deaths_high_min, max(f.deaths_high) AS deaths_high_max
            FROM events f
           WHERE f.retired_by_id IS NULL
             AND (f.topic IS NOT NULL OR f.date_span = 'throughout' OR f.first_day < 1721060 OR f.last_day < 1721060 OR f.first_day > 5373484 OR f.last_day > 5373484 OR f.deaths_low > 1099511627776 OR f.deaths_low < -1099511627776 OR f.deaths_best > 1099511627776 OR f.deaths_best < -1099511627776 OR f.deaths_high > 1099511627776 OR f.deaths_high < -1099511627776) IS NOT TRUE
           GROUP BY 1, 2, 3, 4, 5, 6);
INSERT INTO summed (kind) VALUES ('events');

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
  low_sum         INTEGER NOT NULL,
  low_min         INTEGER,
  low_max         INTEGER,
  best_n          INTEGER NOT NULL,
  best_sum        INTEGER NOT NULL,
  best_min        INTEGER,
  best_max        INTEGER,
  high_n          INTEGER NOT NULL,
  high_sum        INTEGER NOT NULL,
  high_min        INTEGER,
  high_max        INTEGER
) STRICT;
CREATE INDEX casualty_statistics_alone ON casualty_statistics(source_id) WHERE retired_by_id IS NULL AND (topic IS NOT NULL OR date_span = 'throughout' OR first_day < 1721060 OR last_day < 1721060 OR first_day > 5373484 OR last_day > 5373484 OR event IS NULL OR low > 1099511627776 OR low < -1099511627776 OR best > 1099511627776 OR best < -1099511627776 OR high > 1099511627776 OR high < -1099511627776);
INSERT INTO casualty_statistics_summary (source_id, date, first_day, last_day, place_id, harm, population, facts, low_n, low_sum, low_min, low_max, best_n, best_sum, best_min, best_max, high_n, high_sum, high_min, high_max)
  SELECT source_id, date, first_day, last_day,
         (SELECT min(n.id) FROM names n WHERE n.place_id = country) AS place_id, harm, population,
         1 * facts AS facts,
         1 * low_n AS low_n, 1 * low_sum AS low_sum, low_min, low_max,
         1 * best_n AS best_n, 1 * best_sum AS best_sum, best_min, best_max,
         1 * high_n AS high_n, 1 * high_sum AS high_sum, high_min, high_max
    FROM (SELECT f.source_id, iif(f.date IS NULL, NULL, 'known') AS date,
                 CAST(julianday(f.first_day, 'start of year') + 0.5 AS INTEGER) AS first_day,
                 CAST(julianday(f.last_day, 'start of year') + 0.5 AS INTEGER) AS last_day,
                 (SELECT CASE WHEN p.kind = 'country' THEN p.id ELSE ifnull(p.within_id, p.id) END
                    FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id) AS country, f.harm, f.population, count(*) AS facts,
                 count(f.low) AS low_n, ifnull(sum(f.low), 0) AS low_sum, min(f.low) AS low_min, max(f.low) AS low_max,
                 count(f.best) AS best_n, ifnull(sum(f.best), 0) AS best_sum, min(f.best) AS best_min, max(f.best) AS best_max,
                 count(f.high) AS high_n, ifnull(sum(f.high), 0) AS high_sum, min(f.high) AS high_min, max(f.high) AS high_max
            FROM casualty_statistics f
           WHERE f.retired_by_id IS NULL
             AND (f.topic IS NOT NULL OR f.date_span = 'throughout' OR f.first_day < 1721060 OR f.last_day < 1721060 OR f.first_day > 5373484 OR f.last_day > 5373484 OR f.event IS NULL OR f.low > 1099511627776 OR f.low < -1099511627776 OR f.best > 1099511627776 OR f.best < -1099511627776 OR f.high > 1099511627776 OR f.high < -1099511627776) IS NOT TRUE
           GROUP BY 1, 2, 3, 4, 5, 6, 7);
INSERT INTO summed (kind) VALUES ('casualties');

-- Another program that changes what a summary is made of does not keep it: it is made anew by the next import. This one
-- runs no triggers.
CREATE TRIGGER events_added AFTER INSERT ON events BEGIN DELETE FROM summed WHERE kind = 'events'; END;
CREATE TRIGGER events_changed AFTER UPDATE ON events BEGIN DELETE FROM summed WHERE kind = 'events'; END;
CREATE TRIGGER events_deleted AFTER DELETE ON events BEGIN DELETE FROM summed WHERE kind = 'events'; END;
CREATE TRIGGER casualty_statistics_added AFTER INSERT ON casualty_statistics BEGIN DELETE FROM summed WHERE kind = 'casualties'; END;
CREATE TRIGGER casualty_statistics_changed AFTER UPDATE ON casualty_statistics BEGIN DELETE FROM summed WHERE kind = 'casualties'; END;
CREATE TRIGGER casualty_statistics_deleted AFTER DELETE ON casualty_statistics BEGIN DELETE FROM summed WHERE kind = 'casualties'; END;
CREATE TRIGGER names_added AFTER INSERT ON names BEGIN DELETE FROM summed; END;
CREATE TRIGGER names_changed AFTER UPDATE ON names BEGIN DELETE FROM summed; END;
CREATE TRIGGER names_deleted AFTER DELETE ON names BEGIN DELETE FROM summed; END;
CREATE TRIGGER places_added AFTER INSERT ON places BEGIN DELETE FROM summed; END;
CREATE TRIGGER places_changed AFTER UPDATE ON places BEGIN DELETE FROM summed; END;
CREATE TRIGGER places_deleted AFTER DELETE ON places BEGIN DELETE FROM summed; END;
