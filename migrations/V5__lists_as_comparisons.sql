-- Code lists as comparisons: SQLite makes a table of every IN list of three or more for each row that it checks, which
-- took two thirds of the time of adding a fact. What is checked is the same; rows, ids and digests stay as they are.
-- Retired rows get an index, so that the history of one fact is found at once.
PRAGMA user_version = 5;

DROP VIEW facts;

CREATE TABLE new_actors (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL UNIQUE,
  kind            TEXT NOT NULL,
  of_id           INTEGER REFERENCES actors(id),
  note            TEXT,
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT kind_known CHECK (kind = 'state' OR kind = 'body' OR kind = 'armed-group' OR kind = 'person' OR kind = 'media' OR kind = 'organisation' OR kind = 'population' OR kind = 'unknown'),
  CONSTRAINT no_empty_text CHECK (name <> '' AND note <> '')
) STRICT;
INSERT INTO new_actors (id, name, kind, of_id, note, import_id)
  SELECT id, name, kind, of_id, note, import_id FROM actors;
DROP TABLE actors;
ALTER TABLE new_actors RENAME TO actors;

CREATE TABLE new_places (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL,
  kind            TEXT NOT NULL,
  within_id       INTEGER REFERENCES places(id),
  lat             REAL,
  lon             REAL,
  note            TEXT,
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT kind_known CHECK (kind = 'country' OR kind = 'region' OR kind = 'admin1' OR kind = 'admin2' OR kind = 'city' OR kind = 'site' OR kind = 'other'),
  CONSTRAINT lat_range CHECK (lat BETWEEN -90 AND 90),
  CONSTRAINT lon_range CHECK (lon BETWEEN -180 AND 180),
  CONSTRAINT no_empty_text CHECK (name <> '' AND note <> '')
) STRICT;
INSERT INTO new_places (id, name, kind, within_id, lat, lon, note, import_id)
  SELECT id, name, kind, within_id, lat, lon, note, import_id FROM places;
DROP TABLE places;
ALTER TABLE new_places RENAME TO places;
CREATE UNIQUE INDEX places_name ON places(name);
CREATE INDEX places_within ON places(within_id);

CREATE TABLE new_names (
  id              INTEGER PRIMARY KEY,
  scheme          TEXT NOT NULL,
  name            TEXT NOT NULL,
  folded          TEXT NOT NULL,
  actor_id        INTEGER REFERENCES actors(id),
  place_id        INTEGER REFERENCES places(id),
  valid_from      TEXT,
  valid_to        TEXT,
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT scheme_known CHECK (scheme = 'name' OR scheme = 'iso2' OR scheme = 'iso3' OR scheme = 'iso-numeric' OR scheme = 'cow' OR scheme = 'gw' OR scheme = 'ucdp' OR scheme = 'sipri' OR scheme = 'acled'),
  CONSTRAINT one_bearer CHECK ((actor_id IS NULL) <> (place_id IS NULL)),
  CONSTRAINT no_empty_text CHECK (name <> '' AND folded <> '' AND valid_from <> '' AND valid_to <> '')
) STRICT;
INSERT INTO new_names (id, scheme, name, folded, actor_id, place_id, valid_from, valid_to, import_id)
  SELECT id, scheme, name, folded, actor_id, place_id, valid_from, valid_to, import_id FROM names;
DROP TABLE names;
ALTER TABLE new_names RENAME TO names;
CREATE UNIQUE INDEX names_of_actors ON names(scheme, name, ifnull(valid_from, '')) WHERE actor_id IS NOT NULL;
CREATE UNIQUE INDEX names_of_places ON names(scheme, name, ifnull(valid_from, '')) WHERE place_id IS NOT NULL;
CREATE INDEX names_folded ON names(folded);
CREATE INDEX names_actor ON names(actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX names_place ON names(place_id) WHERE place_id IS NOT NULL;

CREATE TABLE new_events (
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
  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT confidence_known CHECK (confidence = 'high' OR confidence = 'medium' OR confidence = 'low' OR confidence = 'unrated'),
  CONSTRAINT retired_why_known CHECK (retired_why = 'changed' OR retired_why = 'absent' OR retired_why = 'deleted' OR retired_why = 'mistake'),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL) AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND type <> '' AND subtype <> '' AND others <> '' AND deaths_text <> '')
) STRICT;
INSERT INTO new_events (id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, type, subtype, actor_id, target_id, others, deaths_low, deaths_best, deaths_high,
  deaths_text)
  SELECT id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, type, subtype, actor_id, target_id, others, deaths_low, deaths_best, deaths_high,
  deaths_text FROM events;
DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
CREATE UNIQUE INDEX events_live ON events(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX events_date ON events(first_day, last_day);
CREATE INDEX events_topic ON events(topic) WHERE topic IS NOT NULL;
CREATE INDEX events_retired ON events(source_id, key) WHERE retired_by_id IS NOT NULL;

CREATE TABLE new_arms_transfers (
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
  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT confidence_known CHECK (confidence = 'high' OR confidence = 'medium' OR confidence = 'low' OR confidence = 'unrated'),
  CONSTRAINT retired_why_known CHECK (retired_why = 'changed' OR retired_why = 'absent' OR retired_why = 'deleted' OR retired_why = 'mistake'),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL) AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT stage_known CHECK (stage = 'sought' OR stage = 'offered' OR stage = 'negotiated' OR stage = 'notified' OR stage = 'blocked' OR stage = 'cleared' OR stage = 'under-review' OR stage = 'ordered' OR stage = 'delayed' OR stage = 'withheld' OR stage = 'delivered' OR stage = 'cancelled' OR stage = 'unspecified'),
  CONSTRAINT qualifier_known CHECK (qualifier = 'exact' OR qualifier = 'rounded' OR qualifier = 'about' OR qualifier = 'almost' OR qualifier = 'over' OR qualifier = 'at-least' OR qualifier = 'up-to' OR qualifier = 'range' OR qualifier = 'several' OR qualifier = 'order'),
  CONSTRAINT condition_known CHECK (condition = 'new' OR condition = 'second-hand' OR condition = 'second-hand-modernised'),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND designation <> '' AND category <> '' AND quantity_text <> '' AND currency <> '' AND channel <> '' AND case_number <> '')
) STRICT;
INSERT INTO new_arms_transfers (id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, supplier_id, recipient_id, designation, category, stage, low, best, high, quantity_text,
  qualifier, value_low, value_best, value_high, currency, condition, channel, case_number, tiv)
  SELECT id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, supplier_id, recipient_id, designation, category, stage, low, best, high,
  quantity_text, qualifier, value_low, value_best, value_high, currency, condition, channel, case_number, tiv FROM arms_transfers;
DROP TABLE arms_transfers;
ALTER TABLE new_arms_transfers RENAME TO arms_transfers;
CREATE UNIQUE INDEX arms_transfers_live ON arms_transfers(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX arms_transfers_date ON arms_transfers(first_day, last_day);
CREATE INDEX arms_transfers_topic ON arms_transfers(topic) WHERE topic IS NOT NULL;
CREATE INDEX arms_transfers_retired ON arms_transfers(source_id, key) WHERE retired_by_id IS NOT NULL;

CREATE TABLE new_casualty_statistics (
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
  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT confidence_known CHECK (confidence = 'high' OR confidence = 'medium' OR confidence = 'low' OR confidence = 'unrated'),
  CONSTRAINT retired_why_known CHECK (retired_why = 'changed' OR retired_why = 'absent' OR retired_why = 'deleted' OR retired_why = 'mistake'),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL) AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT harm_known CHECK (harm = 'killed' OR harm = 'wounded' OR harm = 'missing' OR harm = 'detained' OR harm = 'displaced'),
  CONSTRAINT qualifier_known CHECK (qualifier = 'exact' OR qualifier = 'rounded' OR qualifier = 'about' OR qualifier = 'almost' OR qualifier = 'over' OR qualifier = 'at-least' OR qualifier = 'up-to' OR qualifier = 'range' OR qualifier = 'several' OR qualifier = 'order'),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND population <> '' AND quantity_text <> '' AND method <> '' AND event <> '')
) STRICT;
INSERT INTO new_casualty_statistics (id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, harm, population, victim_id, perpetrator_id, low, best, high, quantity_text, qualifier,
  method, event)
  SELECT id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, harm, population, victim_id, perpetrator_id, low, best, high, quantity_text,
  qualifier, method, event FROM casualty_statistics;
DROP TABLE casualty_statistics;
ALTER TABLE new_casualty_statistics RENAME TO casualty_statistics;
CREATE UNIQUE INDEX casualty_statistics_live ON casualty_statistics(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX casualty_statistics_date ON casualty_statistics(first_day, last_day);
CREATE INDEX casualty_statistics_topic ON casualty_statistics(topic) WHERE topic IS NOT NULL;
CREATE INDEX casualty_statistics_retired ON casualty_statistics(source_id, key) WHERE retired_by_id IS NOT NULL;

CREATE TABLE new_diplomatic_posts (
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
  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT confidence_known CHECK (confidence = 'high' OR confidence = 'medium' OR confidence = 'low' OR confidence = 'unrated'),
  CONSTRAINT retired_why_known CHECK (retired_why = 'changed' OR retired_why = 'absent' OR retired_why = 'deleted' OR retired_why = 'mistake'),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL) AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT post_type_known CHECK (post_type = 'embassy' OR post_type = 'high-commission' OR post_type = 'nunciature' OR post_type = 'legation' OR post_type = 'consulate-general' OR post_type = 'consulate' OR post_type = 'honorary-consulate' OR post_type = 'branch-office' OR post_type = 'interests-section' OR post_type = 'liaison-office' OR post_type = 'permanent-mission' OR post_type = 'representative-office' OR post_type = 'home-office' OR post_type = 'unspecified'),
  CONSTRAINT post_status_known CHECK (post_status = 'open' OR post_status = 'planned' OR post_status = 'suspended' OR post_status = 'closed' OR post_status = 'none' OR post_status = 'unspecified'),
  CONSTRAINT head_class_known CHECK (head_class = 'ambassador' OR head_class = 'minister' OR head_class = 'charge-d-affaires' OR head_class = 'consul-general' OR head_class = 'consul' OR head_class = 'other'),
  CONSTRAINT staff_qualifier_known CHECK (staff_qualifier = 'exact' OR staff_qualifier = 'rounded' OR staff_qualifier = 'about' OR staff_qualifier = 'almost' OR staff_qualifier = 'over' OR staff_qualifier = 'at-least' OR staff_qualifier = 'up-to' OR staff_qualifier = 'range' OR staff_qualifier = 'several' OR staff_qualifier = 'order'),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND office <> '' AND posts_text <> '' AND staff_text <> '')
) STRICT;
INSERT INTO new_diplomatic_posts (id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, sender_id, receiver_id, post_type, post_status, office, head_id, head_class, posts_low,
  posts_best, posts_high, posts_text, staff_low, staff_best, staff_high, staff_text, staff_qualifier)
  SELECT id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, sender_id, receiver_id, post_type, post_status, office, head_id, head_class,
  posts_low, posts_best, posts_high, posts_text, staff_low, staff_best, staff_high, staff_text, staff_qualifier FROM diplomatic_posts;
DROP TABLE diplomatic_posts;
ALTER TABLE new_diplomatic_posts RENAME TO diplomatic_posts;
CREATE UNIQUE INDEX diplomatic_posts_live ON diplomatic_posts(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX diplomatic_posts_date ON diplomatic_posts(first_day, last_day);
CREATE INDEX diplomatic_posts_topic ON diplomatic_posts(topic) WHERE topic IS NOT NULL;
CREATE INDEX diplomatic_posts_retired ON diplomatic_posts(source_id, key) WHERE retired_by_id IS NOT NULL;

CREATE TABLE new_indicators (
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
  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT confidence_known CHECK (confidence = 'high' OR confidence = 'medium' OR confidence = 'low' OR confidence = 'unrated'),
  CONSTRAINT retired_why_known CHECK (retired_why = 'changed' OR retired_why = 'absent' OR retired_why = 'deleted' OR retired_why = 'mistake'),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL) AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT qualifier_known CHECK (qualifier = 'exact' OR qualifier = 'rounded' OR qualifier = 'about' OR qualifier = 'almost' OR qualifier = 'over' OR qualifier = 'at-least' OR qualifier = 'up-to' OR qualifier = 'range' OR qualifier = 'several' OR qualifier = 'order'),
  CONSTRAINT no_empty_text CHECK (key <> '' AND locator <> '' AND quote <> '' AND said_via <> '' AND said_on <> '' AND summary <> '' AND date <> '' AND note <> '' AND measure <> '' AND unit <> '' AND quantity_text <> '')
) STRICT;
INSERT INTO new_indicators (id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, measure, unit, subject_id, counterpart_id, low, best, high, quantity_text, qualifier)
  SELECT id, source_id, key, locator, quote, said_by_id, said_via, said_on, stance, topic, summary, date, first_day,
  last_day, date_span, date_basis, place_id, place_precision, confidence, note, extra, digest, import_id,
  retired_by_id, retired_why, measure, unit, subject_id, counterpart_id, low, best, high, quantity_text,
  qualifier FROM indicators;
DROP TABLE indicators;
ALTER TABLE new_indicators RENAME TO indicators;
CREATE UNIQUE INDEX indicators_live ON indicators(source_id, key) WHERE retired_by_id IS NULL;
CREATE INDEX indicators_date ON indicators(first_day, last_day);
CREATE INDEX indicators_topic ON indicators(topic) WHERE topic IS NOT NULL;
CREATE INDEX indicators_retired ON indicators(source_id, key) WHERE retired_by_id IS NOT NULL;

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
