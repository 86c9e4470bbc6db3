-- The fifth kind: other figures. Adding a kind costs a file like this one, a declaration and a seed file.
PRAGMA user_version = 2;

CREATE TABLE indicators (
  id              INTEGER PRIMARY KEY,
  -- where it comes from
  source_id       INTEGER NOT NULL REFERENCES sources(id),
  key             TEXT NOT NULL,
  locator         TEXT,
  quote           TEXT,
  -- who says so, and how
  said_by_id      INTEGER REFERENCES names(id),
  said_via        TEXT,
  said_on         TEXT,
  stance          TEXT NOT NULL,
  topic           TEXT REFERENCES topics(slug),
  summary         TEXT NOT NULL,
  -- when and where it is true
  date            TEXT,
  first_day       INTEGER,
  last_day        INTEGER,
  date_span       TEXT,
  date_basis      TEXT,
  place_id        INTEGER REFERENCES names(id),
  place_precision TEXT,
  -- how far to trust it
  confidence      TEXT NOT NULL,
  note            TEXT,
  extra           TEXT,
  -- what this database knew, and when
  digest          BLOB NOT NULL,
  import_id       INTEGER NOT NULL REFERENCES imports(id),
  retired_by_id   INTEGER REFERENCES imports(id),
  retired_why     TEXT,
  -- what a row of indicators says
  measure         TEXT NOT NULL,
  unit            TEXT,
  subject_id      INTEGER REFERENCES names(id),
  counterpart_id  INTEGER REFERENCES names(id),
  low             REAL,
  best            REAL,
  high            REAL,
  quantity_text   TEXT,
  qualifier       TEXT,
  CONSTRAINT stance_known CHECK (stance IN ('states', 'alleges', 'denies', 'declines')),
  CONSTRAINT date_span_known CHECK (date_span IN ('within', 'throughout')),
  CONSTRAINT date_basis_known CHECK (date_basis IN ('stated', 'inferred', 'source')),
  CONSTRAINT place_precision_known CHECK (place_precision IN ('exact', 'near', 'admin2', 'admin1', 'region', 'country', 'open')),
  CONSTRAINT confidence_known CHECK (confidence IN ('high', 'medium', 'low', 'unrated')),
  CONSTRAINT retired_why_known CHECK (retired_why IN ('changed', 'absent', 'deleted', 'mistake')),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL) AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT qualifier_known CHECK (qualifier IN ('exact', 'rounded', 'about', 'almost', 'over', 'at-least', 'up-to', 'range', 'several', 'order')),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND measure <> '' AND unit <> '' AND quantity_text <> '')
) STRICT;
CREATE UNIQUE INDEX indicators_live ON indicators(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX indicators_date ON indicators(first_day, last_day);
CREATE INDEX indicators_topic ON indicators(topic) WHERE topic IS NOT NULL;

DROP VIEW facts;
CREATE VIEW facts AS
  SELECT s.slug || ':' || f.key AS ref, 'events' AS kind, s.slug AS source, f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to, f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM events f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL
UNION ALL
  SELECT s.slug || ':' || f.key AS ref, 'arms-transfers' AS kind, s.slug AS source, f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to, f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM arms_transfers f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL
UNION ALL
  SELECT s.slug || ':' || f.key AS ref, 'casualties' AS kind, s.slug AS source, f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to, f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM casualty_statistics f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL
UNION ALL
  SELECT s.slug || ':' || f.key AS ref, 'posts' AS kind, s.slug AS source, f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to, f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM diplomatic_posts f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL
UNION ALL
  SELECT s.slug || ':' || f.key AS ref, 'indicators' AS kind, s.slug AS source, f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to, f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM indicators f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL;
