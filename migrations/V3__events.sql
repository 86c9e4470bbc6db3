-- Events, and the columns that all facts have.
--
-- The tables of V3 to V7 each hold one kind of fact. Their first columns, up to retired_note, are
-- the same and are explained here.
--
-- What a row states never changes. If a later release states something else, or a person corrects
-- the fact, the row is retired and a new row is added under the same key. Past states can thus be
-- queried.
--
-- A figure is given by a lower bound (low), a best estimate (best), an upper bound (high), and the
-- source's words (text). A bound that the source does not state is NULL, never zero. Nothing
-- enforces low <= best <= high, because published records break it; `facts check` lists them.

-- What happened: battles, meetings, agreements, statements.
CREATE TABLE events (
  id              INTEGER PRIMARY KEY,

  ---- Source and passage ----

  -- Work that makes the statement.
  source_id       INTEGER NOT NULL REFERENCES sources(id),
  -- Identifier of the fact within its source, stable across releases: the source's own, or one
  -- made of the columns that identify the record. The reference to the fact is SLUG:KEY.
  key             TEXT NOT NULL,
  -- Passage of the source, as a fragment identifier of its media type: char=494,568 in a text
  -- (RFC 5147), row=4711 in a CSV file (RFC 7111), page=12 in a PDF file (RFC 8118).
  locator         TEXT,
  -- The source's own words.
  quote           TEXT,
  -- How the quote was found in the text of its source: to the letter ('exact'), but for spaces, case
  -- and typography ('folded'), in pieces around an ellipsis ('pieces'), almost ('near'), not looked
  -- for because no text is held ('not-held'), or taken in unchecked ('unchecked').
  quote_status    TEXT,

  ---- Voice and statement ----

  -- Voice that the source reports. NULL: the source itself.
  said_by_id      INTEGER REFERENCES names(id),
  -- Channel between the voice and the source: an interview, a parliament.
  said_via        TEXT,
  -- Date on which the voice said it (EDTF).
  said_on         TEXT,
  -- How the voice speaks: it states, alleges, denies, or declines to say.
  stance          TEXT NOT NULL,
  -- Question that the fact answers. NULL: none. A fact that only concerns the subject has no
  -- topic.
  topic           TEXT REFERENCES topics(slug),
  -- What the source says, in the words of whoever recorded it.
  summary         TEXT NOT NULL,

  ---- Date and place ----

  -- Date at the precision of the source (EDTF). NULL: not stated, and the next four columns are
  -- NULL too.
  date            TEXT,
  -- First and last day on which the fact may lie (Julian day numbers), derived from `date`. NULL:
  -- open or unknown.
  first_day       INTEGER,
  last_day        INTEGER,
  -- 'within': it happened at some time within the date. 'throughout': it held for all of it.
  date_span       TEXT,
  -- 'stated': the source states the date. 'inferred': it follows from something else. 'source':
  -- only the date of the source bounds it.
  date_basis      TEXT,
  -- Place, as the source spells it.
  place_id        INTEGER REFERENCES names(id),
  -- Spot within the place, as the source names it: a village, a road, a river. It is text and no
  -- row of `places`, since nobody will ever rename "5 km north of X".
  locality        TEXT,
  -- Point that the source gives for the fact, in degrees north and east (WGS 84). NULL: none; the
  -- place may have one.
  latitude        REAL,
  longitude       REAL,
  -- How exactly the place is known, after where_prec of the UCDP GED codebook: 1 'exact', 2 'near'
  -- the place, 3 'admin2' and 4 'admin1' (a division of the second or first level), 5 'region' (an
  -- area or line without a point), 6 'country', 7 'open' (international waters or airspace).
  place_precision TEXT,

  ---- Confidence and remarks ----

  -- Confidence of whoever recorded the fact. The source as a whole is rated by
  -- sources.reliability.
  confidence      TEXT NOT NULL,
  -- Remarks for readers: imprecision, misnaming, how a date was inferred.
  note            TEXT,
  -- Source columns that have no column here, as JSON. An object of texts is kept in extras (V8)
  -- instead; this column holds any other value.
  extra           TEXT,

  ---- History ----

  -- First 16 bytes of the SHA-256 of what the fact states. A record that comes again with the same
  -- digest is unchanged.
  digest          BLOB NOT NULL,
  -- Import that recorded the row.
  import_id       INTEGER NOT NULL REFERENCES imports(id),
  -- Import that retired the row. NULL: the row is live.
  retired_by_id   INTEGER REFERENCES imports(id),
  -- 'changed': another row replaced it. 'absent': a complete release lacks it. A person retired it
  -- since it was a 'mistake' or a 'duplicate', or since its source has 'withdrawn' it.
  retired_why     TEXT,
  -- Why, in the words of whoever retired it.
  retired_note    TEXT,
  -- first_day and last_day as ISO text, and the year of the first, for other tools. NULL outside
  -- the years -4713 to 9999.
  date_from       TEXT AS (date(first_day)),
  date_to         TEXT AS (date(last_day)),
  year            INTEGER AS (CAST(strftime('%Y', first_day) AS INTEGER)),

  ---- The event ----

  -- Type of event, from an open vocabulary: 'meeting', 'agreement', 'statement', or the term of a
  -- data set, such as 'state-based violence'.
  type            TEXT NOT NULL,
  -- Finer type, in the source's words.
  subtype         TEXT,
  -- Who acted.
  actor_id        INTEGER REFERENCES names(id),
  -- Whom it was done to or with.
  target_id       INTEGER REFERENCES names(id),
  -- Further parties: one name, which may have members.
  others_id       INTEGER REFERENCES names(id),
  -- First and second side of a conflict. They say nothing of who attacked whom: in UCDP's
  -- state-based conflicts side A is simply the government, and ACLED numbers its actors freely.
  side_a_id       INTEGER REFERENCES names(id),
  side_b_id       INTEGER REFERENCES names(id),
  -- States that sent troops in support of a side.
  supporters_id   INTEGER REFERENCES names(id),
  -- Kind of organised violence. The kinds are disjoint by definition.
  violence        TEXT,
  -- Country whose conflict it is, which need not be where it happened.
  conflict_country_id INTEGER REFERENCES names(id),
  -- Number of deaths: lowest, best and highest estimate. In ACLED, 0 stands for no deaths reported
  -- and for no information.
  deaths_low      INTEGER,
  deaths_best     INTEGER,
  deaths_high     INTEGER,
  -- Number of deaths in the source's words.
  deaths_text     TEXT,

  CONSTRAINT stance_known CHECK (stance = 'states' OR stance = 'alleges' OR stance = 'denies' OR stance = 'declines'),
  CONSTRAINT date_span_known CHECK (date_span = 'within' OR date_span = 'throughout'),
  CONSTRAINT date_basis_known CHECK (date_basis = 'stated' OR date_basis = 'inferred' OR date_basis = 'source'),
  CONSTRAINT place_precision_known CHECK (place_precision = 'exact' OR place_precision = 'near' OR place_precision = 'admin2' OR place_precision = 'admin1' OR place_precision = 'region' OR place_precision = 'country' OR place_precision = 'open'),
  CONSTRAINT quote_status_known CHECK (quote_status = 'exact' OR quote_status = 'folded' OR quote_status = 'pieces' OR quote_status = 'near' OR quote_status = 'not-held' OR quote_status = 'unchecked'),
  CONSTRAINT latitude_range CHECK (latitude BETWEEN -90 AND 90),
  CONSTRAINT longitude_range CHECK (longitude BETWEEN -180 AND 180),
  CONSTRAINT violence_known CHECK (violence = 'state-based' OR violence = 'non-state' OR violence = 'one-sided' OR violence = 'other'),
  CONSTRAINT confidence_known CHECK (confidence = 'high' OR confidence = 'medium' OR confidence = 'low' OR confidence = 'unrated'),
  CONSTRAINT retired_why_known CHECK (retired_why = 'changed' OR retired_why = 'absent' OR retired_why = 'mistake' OR retired_why = 'duplicate' OR retired_why = 'withdrawn'),
  CONSTRAINT date_whole CHECK ((date IS NULL) = (date_span IS NULL)
    AND (date IS NULL) = (date_basis IS NULL)),
  CONSTRAINT days_need_date CHECK (date IS NOT NULL OR (first_day IS NULL AND last_day IS NULL)),
  CONSTRAINT retired_whole CHECK ((retired_by_id IS NULL) = (retired_why IS NULL)
    AND (retired_note IS NULL OR retired_why IS NOT NULL)),
  CONSTRAINT extra_json CHECK (extra IS NULL OR json_valid(extra)),
  CONSTRAINT digest_length CHECK (length(digest) = 16),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (key, locator, quote, said_via, said_on, summary,
    locality, date, note, retired_note, type, subtype, deaths_text))
) STRICT;
-- A key has one live row at most. Its retired rows are the history of the fact.
CREATE UNIQUE INDEX events_live ON events(source_id, key) WHERE retired_by_id IS NULL;
-- What questions ask for: the day on which facts begin, which is also the order in which they are
-- shown, those with an open beginning, where they are, and whom they name.
CREATE INDEX events_date ON events(coalesce(first_day, last_day), last_day);
CREATE INDEX events_open ON events(first_day, last_day) WHERE first_day IS NULL AND date IS NOT NULL;
CREATE INDEX events_said_by ON events(said_by_id) WHERE said_by_id IS NOT NULL;
CREATE INDEX events_place ON events(place_id, first_day) WHERE place_id IS NOT NULL;
CREATE INDEX events_actor ON events(actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX events_target ON events(target_id) WHERE target_id IS NOT NULL;
CREATE INDEX events_others ON events(others_id) WHERE others_id IS NOT NULL;
CREATE INDEX events_side_a ON events(side_a_id) WHERE side_a_id IS NOT NULL;
CREATE INDEX events_side_b ON events(side_b_id) WHERE side_b_id IS NOT NULL;
CREATE INDEX events_supporters ON events(supporters_id) WHERE supporters_id IS NOT NULL;
CREATE INDEX events_topic ON events(topic) WHERE topic IS NOT NULL;
CREATE INDEX events_retired ON events(source_id, key) WHERE retired_by_id IS NOT NULL;

-- Summary of the live events by source, year, place and type, so that common tables need not
-- read the facts.
--
-- Columns that stand for a column of events have its name, so that the same conditions apply to
-- both. Several rows may have the same source, year, place and type: an import adds rows instead
-- of changing them, with negative numbers for facts that it retired. Queries therefore use
-- sum(facts), sum(deaths_best_sum) and so on.
CREATE TABLE events_summary (
  id              INTEGER PRIMARY KEY,
  source_id       INTEGER NOT NULL,
  -- 'known' if the facts have a date.
  date            TEXT,
  -- First day of the year in which the facts begin (Julian day number). NULL: open or unknown.
  first_day       INTEGER,
  -- First day, not the last, of the year in which they end.
  last_day        INTEGER,
  -- Place of the facts.
  place_id        INTEGER,
  type            TEXT NOT NULL,
  -- Number of facts. Negative: that many were retired.
  facts           INTEGER NOT NULL,
  -- For each figure: the number of facts that state it (n), their sum, the lowest (min) and the
  -- highest (max). Where `facts` is negative, so are n and sum, and the extremes of the whole are
  -- unknown.
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
-- Rows below zero: where there are none, facts tabulate need not add rows up first.
CREATE INDEX events_summary_taken ON events_summary(id) WHERE facts < 0;
INSERT INTO summed (kind) VALUES ('events');

-- Live events that the summary leaves out, because each must be looked at: answers to a topic,
-- which are never added up; figures for a whole period, which may contain one another; dates
-- outside the years 0 to 9999 (days 1721060 to 5373484); figures beyond 2^40, so that the sums of
-- all others are exact.
CREATE INDEX events_alone ON events(source_id)
  WHERE retired_by_id IS NULL AND
  (topic IS NOT NULL OR date_span = 'throughout' OR date GLOB '*,*' OR first_day < 1721060 OR last_day < 1721060 OR first_day > 5373484 OR last_day > 5373484 OR stance = 'denies' OR stance = 'declines' OR deaths_low > 1099511627776 OR deaths_low < -1099511627776 OR deaths_best > 1099511627776 OR deaths_best < -1099511627776 OR deaths_high > 1099511627776 OR deaths_high < -1099511627776);

-- A write by another program marks the summary as incomplete: see summed.
CREATE TRIGGER events_added AFTER INSERT ON events BEGIN
  DELETE FROM summed WHERE kind = 'events';
END;
CREATE TRIGGER events_changed AFTER UPDATE ON events BEGIN
  DELETE FROM summed WHERE kind = 'events';
END;
CREATE TRIGGER events_deleted AFTER DELETE ON events BEGIN
  DELETE FROM summed WHERE kind = 'events';
END;
