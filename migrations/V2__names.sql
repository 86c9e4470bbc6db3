-- Actors and places, and the names by which facts refer to them.
--
-- Facts refer to a row of `names`, and that row refers to an actor or a place. A fact thus keeps
-- the wording of its source, and linking a name to another actor or place moves every fact that
-- has it.

-- States, bodies, armed groups, people: whoever acts or speaks.
CREATE TABLE actors (
  id              INTEGER PRIMARY KEY,
  -- Usual name, which output shows.
  name            TEXT NOT NULL UNIQUE,
  -- 'body': a part of a state, such as a ministry, a parliament or an army. 'population': a group
  -- of people, such as civilians. 'unknown': created by an import, and nothing else is known.
  kind            TEXT NOT NULL,
  -- Actor that this one belongs to, such as the state of a ministry or of a minister.
  of_id           INTEGER REFERENCES actors(id),
  -- Remarks for readers.
  note            TEXT,
  -- Import that created the row. Undoing it removes the row too, unless something else refers to
  -- it. NULL: the row does not depend on an import.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT kind_known CHECK (kind = 'state' OR kind = 'body' OR kind = 'armed-group' OR kind = 'person' OR kind = 'media' OR kind = 'organisation' OR kind = 'population' OR kind = 'unknown'),
  CONSTRAINT no_empty_text CHECK (name <> '' AND note <> '')
) STRICT;

-- Countries, regions, cities and sites.
CREATE TABLE places (
  id              INTEGER PRIMARY KEY,
  -- Usual name, which output shows. Unique: see the index places_name.
  name            TEXT NOT NULL,
  -- 'admin1', 'admin2': administrative divisions of the first and second level, such as a province
  -- and a district. 'other' stands for everything else, and for places of which only the name is
  -- known.
  kind            TEXT NOT NULL,
  -- Place in which this one lies, usually its country.
  within_id       INTEGER REFERENCES places(id),
  -- Latitude in degrees north (WGS 84).
  lat             REAL,
  -- Longitude in degrees east (WGS 84).
  lon             REAL,
  -- Remarks for readers.
  note            TEXT,
  -- As in actors.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT kind_known CHECK (kind = 'country' OR kind = 'region' OR kind = 'admin1' OR kind = 'admin2' OR kind = 'city' OR kind = 'site' OR kind = 'other'),
  CONSTRAINT lat_range CHECK (lat BETWEEN -90 AND 90),
  CONSTRAINT lon_range CHECK (lon BETWEEN -180 AND 180),
  CONSTRAINT no_empty_text CHECK (name <> '' AND note <> '')
) STRICT;
-- An index and not a constraint: a large import drops it and builds it again at the end.
CREATE UNIQUE INDEX places_name ON places(name);
CREATE INDEX places_within ON places(within_id);

-- Every spelling and every code of actors and places.
CREATE TABLE names (
  id              INTEGER PRIMARY KEY,
  -- 'name': a spelling. Otherwise the code list: 'iso2', 'iso3', 'iso-numeric' (ISO 3166-1), 'cow'
  -- (Correlates of War), 'gw' (Gleditsch and Ward), 'ucdp', 'sipri', 'acled'.
  scheme          TEXT NOT NULL,
  -- The spelling or code, as the source writes it.
  name            TEXT NOT NULL,
  -- `name` in lower case, without diacritics, runs of white space made one space. Names are looked
  -- up by it.
  folded          TEXT NOT NULL,
  -- Actor that has the name. Either actor_id or place_id is set: a country has a name as an actor
  -- and the same name as a place, in two rows.
  actor_id        INTEGER REFERENCES actors(id),
  -- Place that has the name.
  place_id        INTEGER REFERENCES places(id),
  -- First date on which the name or code is valid (EDTF). NULL: no limit.
  valid_from      TEXT,
  -- Last date on which it is valid (EDTF). NULL: no limit.
  valid_to        TEXT,
  -- As in actors.
  import_id       INTEGER REFERENCES imports(id),
  CONSTRAINT scheme_known CHECK (scheme = 'name' OR scheme = 'iso2' OR scheme = 'iso3' OR scheme = 'iso-numeric' OR scheme = 'cow' OR scheme = 'gw' OR scheme = 'ucdp' OR scheme = 'sipri' OR scheme = 'acled'),
  CONSTRAINT one_bearer CHECK ((actor_id IS NULL) <> (place_id IS NULL)),
  CONSTRAINT no_empty_text CHECK (name <> '' AND folded <> ''
    AND valid_from <> '' AND valid_to <> '')
) STRICT;
-- At a time, a name or code means one actor and one place at most.
CREATE UNIQUE INDEX names_of_actors ON names(scheme, name, ifnull(valid_from, ''))
  WHERE actor_id IS NOT NULL;
CREATE UNIQUE INDEX names_of_places ON names(scheme, name, ifnull(valid_from, ''))
  WHERE place_id IS NOT NULL;
CREATE INDEX names_folded ON names(folded);
CREATE INDEX names_actor ON names(actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX names_place ON names(place_id) WHERE place_id IS NOT NULL;

-- State of the summary tables (events_summary, casualty_statistics_summary). A kind that is listed
-- here has a complete summary. The summary of any other kind must not be used; the next import
-- builds it again.
CREATE TABLE summed (
  -- Kind of fact, as the command line calls it: 'events', 'casualties'.
  kind            TEXT PRIMARY KEY
) STRICT;

-- A write by another program marks the summaries that depend on it as incomplete. Names and places
-- decide the country of a fact, and so concern all of them; V3 and V5 have the triggers of facts.
-- The program `facts` maintains the summaries itself and switches triggers off.
CREATE TRIGGER names_added AFTER INSERT ON names BEGIN DELETE FROM summed; END;
CREATE TRIGGER names_changed AFTER UPDATE ON names BEGIN DELETE FROM summed; END;
CREATE TRIGGER names_deleted AFTER DELETE ON names BEGIN DELETE FROM summed; END;
CREATE TRIGGER places_added AFTER INSERT ON places BEGIN DELETE FROM summed; END;
CREATE TRIGGER places_changed AFTER UPDATE ON places BEGIN DELETE FROM summed; END;
CREATE TRIGGER places_deleted AFTER DELETE ON places BEGIN DELETE FROM summed; END;
