-- Arms transfers: weapons and services on their way from a supplier to a recipient, one row per
-- item and stage. A deal that was ordered and delivered is two rows.
CREATE TABLE arms_transfers (
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

  ---- The transfer ----

  -- Who supplies.
  supplier_id     INTEGER REFERENCES names(id),
  -- Who receives.
  recipient_id    INTEGER REFERENCES names(id),
  -- Item, as the source calls it.
  designation     TEXT NOT NULL,
  -- Armament category: SIPRI's where the item has one.
  category        TEXT,
  -- Stage of the deal, from 'sought' to 'delivered' or 'cancelled'. It is independent of stance: a
  -- voice may deny a delivery.
  stage           TEXT NOT NULL,
  -- Number of items: lower bound, best estimate, upper bound.
  low             INTEGER,
  best            INTEGER,
  high            INTEGER,
  -- Number of items in the source's words.
  quantity_text   TEXT,
  -- How the source hedges the number, and the columns that then hold it:
  --   exact     24            low, best, high     at-least  at least 16,000  low
  --   rounded   9,500         best                up-to     up to 30         high
  --   about     about 9,500   best                range     3 to 9           low, high
  --   almost    almost 100    best, high          several   several          low (2)
  --   over      over 16,000   low                 order     hundreds         best
  qualifier       TEXT,
  -- Price, in units of `currency`: lower bound, best estimate, upper bound.
  value_low       REAL,
  value_best      REAL,
  value_high      REAL,
  -- Currency of the price (ISO 4217).
  currency        TEXT,
  -- Whether the item was new (SIPRI: status).
  condition       TEXT,
  -- How it is supplied: FMS (Foreign Military Sales), DCS (Direct Commercial Sales), gift, lease,
  -- licence.
  channel         TEXT,
  -- Transmittal number of the notification to the US Congress.
  case_number     TEXT,
  -- SIPRI trend-indicator value (TIV), in millions. It stands for the military resources that are
  -- transferred and is not a price. 0 means less than 0.5.
  tiv             REAL,

  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT quote_status_known CHECK (quote_status = 'exact' OR quote_status = 'folded' OR quote_status = 'pieces' OR quote_status = 'near' OR quote_status = 'not-held' OR quote_status = 'unchecked'),
  CONSTRAINT latitude_range CHECK (latitude BETWEEN -90 AND 90),
  CONSTRAINT longitude_range CHECK (longitude BETWEEN -180 AND 180),
  CONSTRAINT confidence_known CHECK (confidence = 'high' OR confidence = 'medium' OR confidence = 'low' OR confidence = 'unrated'),
  CONSTRAINT retired_why_known CHECK (retired_why = 'changed' OR retired_why = 'absent' OR retired_why = 'mistake' OR retired_why = 'duplicate' OR retired_why = 'withdrawn'),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL)
    AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)
    AND (retired_note IS NULL OR retired_why IS NOT NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT stage_known CHECK (stage = 'sought' OR stage = 'offered' OR stage = 'negotiated' OR stage = 'notified' OR stage = 'blocked' OR stage = 'cleared' OR stage = 'under-review' OR stage = 'ordered' OR stage = 'delayed' OR stage = 'withheld' OR stage = 'delivered' OR stage = 'cancelled' OR stage = 'unspecified'),
  CONSTRAINT qualifier_known CHECK (qualifier = 'exact' OR qualifier = 'rounded' OR qualifier = 'about' OR qualifier = 'almost' OR qualifier = 'over' OR qualifier = 'at-least' OR qualifier = 'up-to' OR qualifier = 'range' OR qualifier = 'several' OR qualifier = 'order'),
  CONSTRAINT condition_known CHECK (condition = 'new' OR condition = 'second-hand' OR condition = 'second-hand-modernised'),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (key, locator, quote, said_via, said_on, summary,
    locality, date, note, retired_note, designation, category, quantity_text, currency, channel,
    case_number))
) STRICT;
CREATE UNIQUE INDEX arms_transfers_live ON arms_transfers(source_id, key)
  WHERE retired_by_id IS NULL;
CREATE INDEX arms_transfers_date ON arms_transfers(coalesce(first_day, last_day), last_day);
CREATE INDEX arms_transfers_open ON arms_transfers(first_day, last_day) WHERE first_day IS NULL AND date IS NOT NULL;
CREATE INDEX arms_transfers_said_by ON arms_transfers(said_by_id) WHERE said_by_id IS NOT NULL;
CREATE INDEX arms_transfers_place ON arms_transfers(place_id, first_day) WHERE place_id IS NOT NULL;
CREATE INDEX arms_transfers_supplier ON arms_transfers(supplier_id) WHERE supplier_id IS NOT NULL;
CREATE INDEX arms_transfers_recipient ON arms_transfers(recipient_id) WHERE recipient_id IS NOT NULL;
CREATE INDEX arms_transfers_topic ON arms_transfers(topic) WHERE topic IS NOT NULL;
CREATE INDEX arms_transfers_retired ON arms_transfers(source_id, key)
  WHERE retired_by_id IS NOT NULL;
