-- Casualty statistics: how many people of one population came to one harm, one row per figure.
CREATE TABLE casualty_statistics (
  id              INTEGER PRIMARY KEY,

  ---- Columns of every kind of fact, explained in events ----

  source_id       INTEGER NOT NULL REFERENCES sources(id),
  key             TEXT NOT NULL,
  locator         TEXT,
  quote           TEXT,
  quote_status    TEXT,
  said_by_id      INTEGER REFERENCES names(id),
  said_via        TEXT,
  said_on         TEXT,
  stance          TEXT NOT NULL,
  topic           TEXT REFERENCES topics(slug),
  summary         TEXT NOT NULL,
  date            TEXT,
  first_day       INTEGER,
  last_day        INTEGER,
  date_span       TEXT,
  date_basis      TEXT,
  place_id        INTEGER REFERENCES names(id),
  locality        TEXT,
  latitude        REAL,
  longitude       REAL,
  place_precision TEXT,
  confidence      TEXT NOT NULL,
  note            TEXT,
  extra           TEXT,
  digest          BLOB NOT NULL,
  import_id       INTEGER NOT NULL REFERENCES imports(id),
  retired_by_id   INTEGER REFERENCES imports(id),
  retired_why     TEXT,
  retired_note    TEXT,
  date_from       TEXT AS (date(first_day)),
  date_to         TEXT AS (date(last_day)),
  year            INTEGER AS (CAST(strftime('%Y', first_day) AS INTEGER)),

  ---- The figure ----

  -- What happened to the people.
  harm            TEXT NOT NULL,
  -- Who was counted, from an open vocabulary: 'civilians', 'US soldiers', 'side a', 'all',
  -- 'unknown'.
  population      TEXT NOT NULL,
  -- Party that was harmed.
  victim_id       INTEGER REFERENCES names(id),
  -- Party that did the harm.
  perpetrator_id  INTEGER REFERENCES names(id),
  -- Sides of the conflict, their supporters, the kind of violence and the country whose conflict it
  -- is, as in events.
  side_a_id       INTEGER REFERENCES names(id),
  side_b_id       INTEGER REFERENCES names(id),
  supporters_id   INTEGER REFERENCES names(id),
  violence        TEXT,
  conflict_country_id INTEGER REFERENCES names(id),
  -- Number of people: lower bound, best estimate, upper bound.
  low             INTEGER,
  best            INTEGER,
  high            INTEGER,
  -- Number of people in the source's words.
  quantity_text   TEXT,
  -- How the source hedges the number, as in arms_transfers.
  qualifier       TEXT,
  -- How the figure was reached: 'incident count', 'media count', 'survey', 'model'.
  method          TEXT,
  -- What the number is over time: of a period ('flow'), at a date ('stock'), or a running total
  -- ('cumulative'). Flows of different periods may be added; the others may not.
  stock_flow      TEXT,
  -- Event to which the figure belongs, by its reference SLUG:KEY, which stays valid when a later
  -- release replaces the row of the event. NULL: the figure belongs to no single event.
  event           TEXT,

  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT quote_status_known CHECK (quote_status = 'exact' OR quote_status = 'folded' OR quote_status = 'pieces' OR quote_status = 'near' OR quote_status = 'not-held' OR quote_status = 'unchecked'),
  CONSTRAINT latitude_range CHECK (latitude BETWEEN -90 AND 90),
  CONSTRAINT longitude_range CHECK (longitude BETWEEN -180 AND 180),
  CONSTRAINT violence_known CHECK (violence = 'state-based' OR violence = 'non-state' OR violence = 'one-sided' OR violence = 'other'),
  CONSTRAINT stock_flow_known CHECK (stock_flow = 'flow' OR stock_flow = 'stock' OR stock_flow = 'cumulative'),
  CONSTRAINT confidence_known CHECK (confidence = 'high' OR confidence = 'medium' OR confidence = 'low' OR confidence = 'unrated'),
  CONSTRAINT retired_why_known CHECK (retired_why = 'changed' OR retired_why = 'absent' OR retired_why = 'mistake' OR retired_why = 'duplicate' OR retired_why = 'withdrawn'),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL)
    AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)
    AND (retired_note IS NULL OR retired_why IS NOT NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT harm_known CHECK (harm = 'killed' OR harm = 'wounded' OR harm = 'missing' OR harm = 'detained' OR harm = 'displaced'),
  CONSTRAINT qualifier_known CHECK (qualifier = 'exact' OR qualifier = 'rounded' OR qualifier = 'about' OR qualifier = 'almost' OR qualifier = 'over' OR qualifier = 'at-least' OR qualifier = 'up-to' OR qualifier = 'range' OR qualifier = 'several' OR qualifier = 'order'),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (key, locator, quote, said_via, said_on, summary,
    locality, date, note, retired_note, population, quantity_text, method, event))
) STRICT;
CREATE UNIQUE INDEX casualty_statistics_live ON casualty_statistics(source_id, key)
  WHERE retired_by_id IS NULL;
CREATE INDEX casualty_statistics_date ON casualty_statistics(coalesce(first_day, last_day), last_day);
CREATE INDEX casualty_statistics_open ON casualty_statistics(first_day, last_day) WHERE first_day IS NULL AND date IS NOT NULL;
CREATE INDEX casualty_statistics_said_by ON casualty_statistics(said_by_id) WHERE said_by_id IS NOT NULL;
CREATE INDEX casualty_statistics_place ON casualty_statistics(place_id, first_day) WHERE place_id IS NOT NULL;
CREATE INDEX casualty_statistics_victim ON casualty_statistics(victim_id) WHERE victim_id IS NOT NULL;
CREATE INDEX casualty_statistics_perpetrator ON casualty_statistics(perpetrator_id) WHERE perpetrator_id IS NOT NULL;
CREATE INDEX casualty_statistics_side_a ON casualty_statistics(side_a_id) WHERE side_a_id IS NOT NULL;
CREATE INDEX casualty_statistics_side_b ON casualty_statistics(side_b_id) WHERE side_b_id IS NOT NULL;
CREATE INDEX casualty_statistics_supporters ON casualty_statistics(supporters_id) WHERE supporters_id IS NOT NULL;
CREATE INDEX casualty_statistics_topic ON casualty_statistics(topic) WHERE topic IS NOT NULL;
CREATE INDEX casualty_statistics_retired ON casualty_statistics(source_id, key)
  WHERE retired_by_id IS NOT NULL;

-- Summary of the live figures by source, year, place, harm and population, as events_summary.
CREATE TABLE casualty_statistics_summary (
  id              INTEGER PRIMARY KEY,
  source_id       INTEGER NOT NULL,
  -- 'known' if the facts have a date.
  date            TEXT,
  -- First days of the years in which the facts begin and end (Julian day numbers).
  first_day       INTEGER,
  last_day        INTEGER,
  -- Place of the figures.
  place_id        INTEGER,
  harm            TEXT NOT NULL,
  population      TEXT NOT NULL,
  -- Number of facts. Negative: that many were retired.
  facts           INTEGER NOT NULL,
  -- For each figure: the number of facts that state it, their sum, the lowest and the highest.
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
-- Rows below zero: where there are none, facts tabulate need not add rows up first.
CREATE INDEX casualty_statistics_summary_taken ON casualty_statistics_summary(id) WHERE facts < 0;
INSERT INTO summed (kind) VALUES ('casualties');

-- Live figures that the summary leaves out: those that events_alone names, and figures that belong
-- to no event, because such a figure may be that of a period.
CREATE INDEX casualty_statistics_alone ON casualty_statistics(source_id)
  WHERE retired_by_id IS NULL AND
  (topic IS NOT NULL OR date_span = 'throughout' OR date GLOB '*,*' OR first_day < 1721060 OR last_day < 1721060 OR first_day > 5373484 OR last_day > 5373484 OR stance = 'denies' OR stance = 'declines' OR stock_flow = 'stock' OR stock_flow = 'cumulative' OR event IS NULL OR low > 1099511627776 OR low < -1099511627776 OR best > 1099511627776 OR best < -1099511627776 OR high > 1099511627776 OR high < -1099511627776);

-- A write by another program marks the summary as incomplete: see summed.
CREATE TRIGGER casualty_statistics_added AFTER INSERT ON casualty_statistics BEGIN
  DELETE FROM summed WHERE kind = 'casualties';
END;
CREATE TRIGGER casualty_statistics_changed AFTER UPDATE ON casualty_statistics BEGIN
  DELETE FROM summed WHERE kind = 'casualties';
END;
CREATE TRIGGER casualty_statistics_deleted AFTER DELETE ON casualty_statistics BEGIN
  DELETE FROM summed WHERE kind = 'casualties';
END;
