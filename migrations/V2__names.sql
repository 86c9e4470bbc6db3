-- Actors and places, and the names by which facts refer to them.
--
-- Facts refer to a row of `names`, and that row refers to an actor or a place, or has members: one
-- cell of a data set may name several ("Poland, Russia (Soviet Union), Ukraine"). A fact thus keeps
-- the wording of its source, and linking a name or a member to another actor or place moves every
-- fact that has it.

-- States, bodies, armed groups, people: whoever acts or speaks.
CREATE TABLE actors (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Usual name, which output shows.
  name            TEXT NOT NULL UNIQUE,
  -- 'body': a part of a state, such as a ministry, a parliament or an army. 'population': a group
  -- of people, such as civilians. 'unknown': created by an import, and nothing else is known.
  kind            TEXT NOT NULL,
  -- Actor that this one belongs to without acting for it, such as the country of a rebel group, a
  -- firm or a person. A filter by that actor does not find it; --of does.
  of_id           INTEGER REFERENCES actors(id),
  -- State that it acts for, as an army, a ministry or a head of state does. A filter by that state
  -- finds it.
  acts_for_id     INTEGER REFERENCES actors(id),
  -- Remarks for readers.
  note            TEXT,
  -- Import that created the row. Undoing it removes the row too, unless something else refers to
  -- it. NULL: the row does not depend on an import.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT kind_known CHECK (kind = 'state' OR kind = 'body' OR kind = 'armed-group' OR kind = 'person' OR kind = 'media' OR kind = 'organisation' OR kind = 'population' OR kind = 'unknown'),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (name, note))
) STRICT;
CREATE INDEX actors_acts_for ON actors(acts_for_id) WHERE acts_for_id IS NOT NULL;

-- Countries, regions, cities and sites.
CREATE TABLE places (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Usual name, which output shows. Unique: see the index places_name.
  name            TEXT NOT NULL,
  -- 'admin1', 'admin2': administrative divisions of the first and second level, such as a province
  -- and a district. 'other' stands for everything else, and for places of which only the name is
  -- known.
  kind            TEXT NOT NULL,
  -- Place in which this one lies, usually its country.
  within_id       INTEGER REFERENCES places(id),
  -- Latitude in degrees north (WGS 84).
  latitude        REAL,
  -- Longitude in degrees east (WGS 84).
  longitude       REAL,
  -- Remarks for readers.
  note            TEXT,
  -- As in actors.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT kind_known CHECK (kind = 'country' OR kind = 'region' OR kind = 'admin1' OR kind = 'admin2' OR kind = 'city' OR kind = 'site' OR kind = 'other'),
  CONSTRAINT latitude_range CHECK (latitude BETWEEN -90 AND 90),
  CONSTRAINT longitude_range CHECK (longitude BETWEEN -180 AND 180),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (name, note))
) STRICT;
-- An index and not a constraint: a large import drops it and builds it again at the end.
CREATE UNIQUE INDEX places_name ON places(name);
CREATE INDEX places_within ON places(within_id);

-- Every spelling and every code of actors and places.
CREATE TABLE names (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  -- 'name': a spelling. Otherwise the code list: 'iso2', 'iso3', 'iso-numeric' (ISO 3166-1), 'cow'
  -- (Correlates of War), 'gw' (Gleditsch and Ward), 'ucdp', 'sipri', 'acled'. Two are for wordings
  -- that rows on their way in are not looked up by: 'homonym', a spelling that belongs to somebody
  -- else too, which filters find; and 'wording', what a source calls somebody whom meant_by says.
  scheme          TEXT NOT NULL,
  -- The spelling or code, as the source writes it.
  name            TEXT NOT NULL,
  -- `name` in lower case, without diacritics, a leading "the" and characters without width, runs of
  -- white space made one space, '&' made 'and', 'st.' made 'saint'. Names are looked up by it.
  folded          TEXT NOT NULL,
  -- 'actor' or 'place': a country has a name as an actor and the same name as a place, in two rows.
  class           TEXT NOT NULL,
  -- Usual name of whom it means, or the usual names of its members, in alphabetical order with "; "
  -- between. The program keeps it true; views and queries read it.
  label           TEXT NOT NULL,
  -- Of a place, the usual name of the country that it is or lies in; of several, theirs, likewise.
  country         TEXT,
  -- Of a wording, the code or name that says whom it means, such as 'gw:652'.
  meant_by        TEXT,
  -- Actor that has the name. NULL: a place has it, or it has members.
  actor_id        INTEGER REFERENCES actors(id),
  -- Place that has the name.
  place_id        INTEGER REFERENCES places(id),
  -- First date on which the name or code is valid (EDTF). NULL: no limit.
  valid_from      TEXT,
  -- Last date on which it is valid (EDTF). NULL: no limit.
  valid_to        TEXT,
  -- As in actors.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT scheme_known CHECK (scheme = 'name' OR scheme = 'iso2' OR scheme = 'iso3' OR scheme = 'iso-numeric' OR scheme = 'cow' OR scheme = 'gw' OR scheme = 'ucdp' OR scheme = 'sipri' OR scheme = 'acled' OR scheme = 'homonym' OR scheme = 'wording'),
  CONSTRAINT wording_whole CHECK ((scheme = 'wording') = (meant_by IS NOT NULL)),
  CONSTRAINT class_known CHECK (class = 'actor' OR class = 'place'),
  CONSTRAINT one_class CHECK (iif(class = 'actor', place_id, actor_id) IS NULL),
  CONSTRAINT no_empty_text CHECK ('' NOT IN (name, folded, valid_from, valid_to, label, country,
    meant_by))
) STRICT;
-- At a time, a name or code means one actor and one place at most.
CREATE UNIQUE INDEX names_of_actors ON names(scheme, name, ifnull(valid_from, ''))
  WHERE actor_id IS NOT NULL AND scheme <> 'homonym' AND scheme <> 'wording';
CREATE UNIQUE INDEX names_of_places ON names(scheme, name, ifnull(valid_from, ''))
  WHERE place_id IS NOT NULL AND scheme <> 'homonym' AND scheme <> 'wording';
CREATE INDEX names_folded ON names(folded);
CREATE INDEX names_actor ON names(actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX names_place ON names(place_id) WHERE place_id IS NOT NULL;

-- Members of a name that means several, in the order of the source.
CREATE TABLE name_members (
  name_id         INTEGER NOT NULL REFERENCES names(id),
  position        INTEGER NOT NULL,
  member_id       INTEGER NOT NULL REFERENCES names(id),
  PRIMARY KEY (name_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_members_member ON name_members(member_id);

-- Dates of the few facts that have several, such as deliveries in 2010 and in 2012 and none between:
-- first and last day of each. The fact's own days span them all. `fact` is numbered as in search.
CREATE TABLE date_parts (
  fact            INTEGER NOT NULL,
  position        INTEGER NOT NULL,
  first_day       INTEGER,
  last_day        INTEGER,
  PRIMARY KEY (fact, position)
) STRICT, WITHOUT ROWID;

-- State of the summary tables (events_summary, casualty_statistics_summary). A kind that is listed
-- here has a complete summary. The summary of any other kind must not be used; the next import
-- builds it again.
CREATE TABLE summed (
  -- Kind of fact, as the command line calls it: 'events', 'casualties'.
  kind            TEXT PRIMARY KEY
) STRICT;
