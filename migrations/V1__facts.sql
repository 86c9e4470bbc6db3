-- The parents of every fact, and the first four kinds. What each column means stands in src/kind/.
-- A row of a kind is what one source says once. Facts point to `names`, that is to a spelling or a code, and
-- names point to actors and places: linking a name moves every fact that bears it, and keeps the source's wording.
PRAGMA application_id = 1178682196;  -- 'FACT'
PRAGMA user_version = 1;

CREATE TABLE sources (
  id              INTEGER PRIMARY KEY,
  slug            TEXT NOT NULL UNIQUE,
  kind            TEXT NOT NULL,
  title           TEXT NOT NULL,
  author          TEXT,
  publisher       TEXT,
  published       TEXT,
  url             TEXT,
  licence         TEXT,
  citation        TEXT,
  reliability     TEXT,
  sha256          TEXT,
  note            TEXT,
  CONSTRAINT kind_known CHECK (kind IN ('document', 'dataset')),
  CONSTRAINT reliability_known CHECK (reliability IN ('A', 'B', 'C', 'D', 'E', 'F')),
  CONSTRAINT sha256_hex CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  CONSTRAINT no_empty_text CHECK (slug <> '' AND title <> '' AND author <> '' AND publisher <> '' AND published <> ''
    AND url <> '' AND licence <> '' AND citation <> '' AND note <> '')
) STRICT;

CREATE TABLE imports (
  id              INTEGER PRIMARY KEY,
  source_id       INTEGER NOT NULL REFERENCES sources(id),
  release         TEXT,
  complete        INTEGER NOT NULL,
  file            TEXT,
  sha256          TEXT,
  ran_at          TEXT NOT NULL,
  program         TEXT NOT NULL,
  read            INTEGER NOT NULL,
  added           INTEGER NOT NULL,
  changed         INTEGER NOT NULL,
  unchanged       INTEGER NOT NULL,
  withdrawn       INTEGER NOT NULL,
  rejected        INTEGER NOT NULL,
  repeated        INTEGER NOT NULL,
  CONSTRAINT complete_known CHECK (complete IN (0, 1)),
  CONSTRAINT nothing_lost CHECK (read = added + changed + unchanged + rejected + repeated),
  CONSTRAINT sha256_hex CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  CONSTRAINT no_empty_text CHECK (release <> '' AND file <> '' AND ran_at <> '' AND program <> '')
) STRICT;
CREATE INDEX imports_source ON imports(source_id);

CREATE TABLE actors (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL UNIQUE,
  kind            TEXT NOT NULL,
  of_id           INTEGER REFERENCES actors(id),
  note            TEXT,
  CONSTRAINT kind_known CHECK (kind IN ('state', 'body', 'armed-group', 'person', 'media', 'organisation', 'population', 'unknown')),
  CONSTRAINT no_empty_text CHECK (name <> '' AND note <> '')
) STRICT;

CREATE TABLE places (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL UNIQUE,
  kind            TEXT NOT NULL,
  within_id       INTEGER REFERENCES places(id),
  lat             REAL,
  lon             REAL,
  note            TEXT,
  CONSTRAINT kind_known CHECK (kind IN ('country', 'region', 'admin1', 'admin2', 'city', 'site', 'other')),
  CONSTRAINT lat_range CHECK (lat BETWEEN -90 AND 90),
  CONSTRAINT lon_range CHECK (lon BETWEEN -180 AND 180),
  CONSTRAINT no_empty_text CHECK (name <> '' AND note <> '')
) STRICT;
CREATE INDEX places_within ON places(within_id);

CREATE TABLE names (
  id              INTEGER PRIMARY KEY,
  scheme          TEXT NOT NULL,
  name            TEXT NOT NULL,
  folded          TEXT NOT NULL,
  actor_id        INTEGER REFERENCES actors(id),
  place_id        INTEGER REFERENCES places(id),
  valid_from      TEXT,
  valid_to        TEXT,
  CONSTRAINT scheme_known CHECK (scheme IN ('name', 'iso2', 'iso3', 'iso-numeric', 'cow', 'gw', 'ucdp', 'sipri', 'acled')),
  CONSTRAINT one_bearer CHECK ((actor_id IS NULL) <> (place_id IS NULL)),
  CONSTRAINT no_empty_text CHECK (name <> '' AND folded <> '' AND valid_from <> '' AND valid_to <> '')
) STRICT;
-- a name or code means one actor, and one place, at a time
CREATE UNIQUE INDEX names_of_actors ON names(scheme, name, ifnull(valid_from, '')) WHERE actor_id IS NOT NULL;
CREATE UNIQUE INDEX names_of_places ON names(scheme, name, ifnull(valid_from, '')) WHERE place_id IS NOT NULL;
CREATE INDEX names_folded ON names(folded);
CREATE INDEX names_actor ON names(actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX names_place ON names(place_id) WHERE place_id IS NOT NULL;

CREATE TABLE topics (
  id              INTEGER PRIMARY KEY,
  slug            TEXT NOT NULL UNIQUE,
  question        TEXT NOT NULL,
  note            TEXT,
  CONSTRAINT no_empty_text CHECK (slug <> '' AND question <> '' AND note <> '')
) STRICT;

CREATE TABLE events (
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
  -- what a row of events says
  type            TEXT NOT NULL,
  subtype         TEXT,
  actor_id        INTEGER REFERENCES names(id),
  target_id       INTEGER REFERENCES names(id),
  others          TEXT,
  deaths_low      INTEGER,
  deaths_best     INTEGER,
  deaths_high     INTEGER,
  deaths_text     TEXT,
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
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND type <> '' AND subtype <> '' AND others <> '' AND deaths_text <> '')
) STRICT;
CREATE UNIQUE INDEX events_live ON events(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX events_date ON events(first_day, last_day);
CREATE INDEX events_topic ON events(topic) WHERE topic IS NOT NULL;

CREATE TABLE arms_transfers (
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
  -- what a row of arms_transfers says
  supplier_id     INTEGER REFERENCES names(id),
  recipient_id    INTEGER REFERENCES names(id),
  designation     TEXT NOT NULL,
  category        TEXT,
  stage           TEXT NOT NULL,
  low             INTEGER,
  best            INTEGER,
  high            INTEGER,
  quantity_text   TEXT,
  qualifier       TEXT,
  value_low       REAL,
  value_best      REAL,
  value_high      REAL,
  currency        TEXT,
  condition       TEXT,
  channel         TEXT,
  case_number     TEXT,
  tiv             REAL,
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
  CONSTRAINT stage_known CHECK (stage IN ('sought', 'offered', 'negotiated', 'notified', 'blocked', 'cleared', 'under-review', 'ordered', 'delayed', 'withheld', 'delivered', 'cancelled', 'unspecified')),
  CONSTRAINT qualifier_known CHECK (qualifier IN ('exact', 'rounded', 'about', 'almost', 'over', 'at-least', 'up-to', 'range', 'several', 'order')),
  CONSTRAINT condition_known CHECK (condition IN ('new', 'second-hand', 'second-hand-modernised')),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND designation <> '' AND category <> '' AND quantity_text <> '' AND currency <> '' AND channel <> '' AND case_number <> '')
) STRICT;
CREATE UNIQUE INDEX arms_transfers_live ON arms_transfers(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX arms_transfers_date ON arms_transfers(first_day, last_day);
CREATE INDEX arms_transfers_topic ON arms_transfers(topic) WHERE topic IS NOT NULL;

CREATE TABLE casualty_statistics (
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
  -- what a row of casualty_statistics says
  harm            TEXT NOT NULL,
  population      TEXT NOT NULL,
  victim_id       INTEGER REFERENCES names(id),
  perpetrator_id  INTEGER REFERENCES names(id),
  low             INTEGER,
  best            INTEGER,
  high            INTEGER,
  quantity_text   TEXT,
  qualifier       TEXT,
  method          TEXT,
  event           TEXT,
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
  CONSTRAINT harm_known CHECK (harm IN ('killed', 'wounded', 'missing', 'detained', 'displaced')),
  CONSTRAINT qualifier_known CHECK (qualifier IN ('exact', 'rounded', 'about', 'almost', 'over', 'at-least', 'up-to', 'range', 'several', 'order')),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND population <> '' AND quantity_text <> '' AND method <> '' AND event <> '')
) STRICT;
CREATE UNIQUE INDEX casualty_statistics_live ON casualty_statistics(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX casualty_statistics_date ON casualty_statistics(first_day, last_day);
CREATE INDEX casualty_statistics_topic ON casualty_statistics(topic) WHERE topic IS NOT NULL;

CREATE TABLE diplomatic_posts (
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
  -- what a row of diplomatic_posts says
  sender_id       INTEGER REFERENCES names(id),
  receiver_id     INTEGER REFERENCES names(id),
  post_type       TEXT NOT NULL,
  post_status     TEXT NOT NULL,
  office          TEXT,
  head_id         INTEGER REFERENCES names(id),
  head_class      TEXT,
  posts_low       INTEGER,
  posts_best      INTEGER,
  posts_high      INTEGER,
  posts_text      TEXT,
  staff_low       INTEGER,
  staff_best      INTEGER,
  staff_high      INTEGER,
  staff_text      TEXT,
  staff_qualifier TEXT,
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
  CONSTRAINT post_type_known CHECK (post_type IN ('embassy', 'high-commission', 'nunciature', 'legation', 'consulate-general', 'consulate', 'honorary-consulate', 'branch-office', 'interests-section', 'liaison-office', 'permanent-mission', 'representative-office', 'home-office', 'unspecified')),
  CONSTRAINT post_status_known CHECK (post_status IN ('open', 'planned', 'suspended', 'closed', 'none', 'unspecified')),
  CONSTRAINT head_class_known CHECK (head_class IN ('ambassador', 'minister', 'charge-d-affaires', 'consul-general', 'consul', 'other')),
  CONSTRAINT staff_qualifier_known CHECK (staff_qualifier IN ('exact', 'rounded', 'about', 'almost', 'over', 'at-least', 'up-to', 'range', 'several', 'order')),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND office <> '' AND posts_text <> '' AND staff_text <> '')
) STRICT;
CREATE UNIQUE INDEX diplomatic_posts_live ON diplomatic_posts(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX diplomatic_posts_date ON diplomatic_posts(first_day, last_day);
CREATE INDEX diplomatic_posts_topic ON diplomatic_posts(topic) WHERE topic IS NOT NULL;

-- every live fact in one shape, for other tools: names instead of ids, ISO days instead of day numbers
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
   WHERE f.retired_by_id IS NULL;
