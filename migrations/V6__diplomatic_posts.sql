-- Diplomatic posts: missions abroad and offices at home. Who sends, who receives, who heads the
-- post, how many posts there are and how many people staff them.
CREATE TABLE diplomatic_posts (
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

  ---- The post ----

  -- Sending state.
  sender_id       INTEGER REFERENCES names(id),
  -- Receiving state. NULL for an office at home.
  receiver_id     INTEGER REFERENCES names(id),
  -- Type of post, after the Lowy Global Diplomacy Index. 'home-office': an office at home, such as
  -- that of a prime minister.
  post_type       TEXT NOT NULL,
  -- Status of the post. 'none': the source states that there was no post.
  post_status     TEXT NOT NULL,
  -- Office held, as the source calls it: 'Ambassador'.
  office          TEXT,
  -- Person who heads the post or holds the office.
  head_id         INTEGER REFERENCES names(id),
  -- Class of the head of mission (Vienna Convention on Diplomatic Relations, article 14), or
  -- consular rank.
  head_class      TEXT,
  -- Number of posts: lower bound, best estimate, upper bound.
  posts_low       INTEGER,
  posts_best      INTEGER,
  posts_high      INTEGER,
  -- Number of posts in the source's words.
  posts_text      TEXT,
  -- Number of staff: lower bound, best estimate, upper bound.
  staff_low       INTEGER,
  staff_best      INTEGER,
  staff_high      INTEGER,
  -- Number of staff in the source's words.
  staff_text      TEXT,
  -- How the source hedges the number of staff, as arms_transfers.qualifier.
  staff_qualifier TEXT,

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
  CONSTRAINT post_type_known CHECK (post_type = 'embassy' OR post_type = 'high-commission' OR post_type = 'nunciature' OR post_type = 'legation' OR post_type = 'consulate-general' OR post_type = 'consulate' OR post_type = 'honorary-consulate' OR post_type = 'branch-office' OR post_type = 'interests-section' OR post_type = 'liaison-office' OR post_type = 'permanent-mission' OR post_type = 'representative-office' OR post_type = 'home-office' OR post_type = 'unspecified'),
  CONSTRAINT post_status_known CHECK (post_status = 'open' OR post_status = 'planned' OR post_status = 'suspended' OR post_status = 'closed' OR post_status = 'none' OR post_status = 'unspecified'),
  CONSTRAINT head_class_known CHECK (head_class = 'ambassador' OR head_class = 'minister' OR head_class = 'charge-d-affaires' OR head_class = 'consul-general' OR head_class = 'consul' OR head_class = 'other'),
  CONSTRAINT staff_qualifier_known CHECK (staff_qualifier = 'exact' OR staff_qualifier = 'rounded' OR staff_qualifier = 'about' OR staff_qualifier = 'almost' OR staff_qualifier = 'over' OR staff_qualifier = 'at-least' OR staff_qualifier = 'up-to' OR staff_qualifier = 'range' OR staff_qualifier = 'several' OR staff_qualifier = 'order'),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (key, locator, quote, said_via, said_on, summary,
    locality, date, note, retired_note, office, posts_text, staff_text))
) STRICT;
CREATE UNIQUE INDEX diplomatic_posts_live ON diplomatic_posts(source_id, key)
  WHERE retired_by_id IS NULL;
CREATE INDEX diplomatic_posts_date ON diplomatic_posts(coalesce(first_day, last_day), last_day);
CREATE INDEX diplomatic_posts_open ON diplomatic_posts(first_day, last_day) WHERE first_day IS NULL AND date IS NOT NULL;
CREATE INDEX diplomatic_posts_said_by ON diplomatic_posts(said_by_id) WHERE said_by_id IS NOT NULL;
CREATE INDEX diplomatic_posts_place ON diplomatic_posts(place_id, first_day) WHERE place_id IS NOT NULL;
CREATE INDEX diplomatic_posts_sender ON diplomatic_posts(sender_id) WHERE sender_id IS NOT NULL;
CREATE INDEX diplomatic_posts_receiver ON diplomatic_posts(receiver_id) WHERE receiver_id IS NOT NULL;
CREATE INDEX diplomatic_posts_head ON diplomatic_posts(head_id) WHERE head_id IS NOT NULL;
CREATE INDEX diplomatic_posts_topic ON diplomatic_posts(topic) WHERE topic IS NOT NULL;
CREATE INDEX diplomatic_posts_retired ON diplomatic_posts(source_id, key)
  WHERE retired_by_id IS NOT NULL;
