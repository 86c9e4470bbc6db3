-- Indicators: other figures, such as ranks, lengths, counts and amounts.
CREATE TABLE indicators (
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

  -- What is measured, from an open vocabulary: 'border length', 'goods export rank'.
  measure         TEXT NOT NULL,
  -- Unit of the figure: 'km', 'rank', 'people', 'USD'. Figures in different units are never added
  -- up.
  unit            TEXT,
  -- Whose figure it is.
  subject_id      INTEGER REFERENCES names(id),
  -- In relation to whom, such as the neighbour across a border.
  counterpart_id  INTEGER REFERENCES names(id),
  -- The figure, in `unit`: lower bound, best estimate, upper bound.
  low             REAL,
  best            REAL,
  high            REAL,
  -- The figure in the source's words.
  quantity_text   TEXT,
  -- How the source hedges the figure, as in arms_transfers.
  qualifier       TEXT,
  -- What the number is over time: of a period ('flow'), at a date ('stock'), or a running total
  -- ('cumulative'). Flows of different periods may be added; the others may not.
  stock_flow      TEXT,

  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT quote_status_known CHECK (quote_status = 'exact' OR quote_status = 'folded' OR quote_status = 'pieces' OR quote_status = 'near' OR quote_status = 'not-held' OR quote_status = 'unchecked'),
  CONSTRAINT latitude_range CHECK (latitude BETWEEN -90 AND 90),
  CONSTRAINT longitude_range CHECK (longitude BETWEEN -180 AND 180),
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
  CONSTRAINT qualifier_known CHECK (qualifier = 'exact' OR qualifier = 'rounded' OR qualifier = 'about' OR qualifier = 'almost' OR qualifier = 'over' OR qualifier = 'at-least' OR qualifier = 'up-to' OR qualifier = 'range' OR qualifier = 'several' OR qualifier = 'order'),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (key, locator, quote, said_via, said_on, summary,
    locality, date, note, retired_note, measure, unit, quantity_text))
) STRICT;
CREATE UNIQUE INDEX indicators_live ON indicators(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX indicators_date ON indicators(coalesce(first_day, last_day), last_day);
CREATE INDEX indicators_open ON indicators(first_day, last_day) WHERE first_day IS NULL AND date IS NOT NULL;
CREATE INDEX indicators_said_by ON indicators(said_by_id) WHERE said_by_id IS NOT NULL;
CREATE INDEX indicators_place ON indicators(place_id, first_day) WHERE place_id IS NOT NULL;
CREATE INDEX indicators_subject ON indicators(subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX indicators_counterpart ON indicators(counterpart_id) WHERE counterpart_id IS NOT NULL;
CREATE INDEX indicators_topic ON indicators(topic) WHERE topic IS NOT NULL;
CREATE INDEX indicators_retired ON indicators(source_id, key) WHERE retired_by_id IS NOT NULL;
