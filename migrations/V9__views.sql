-- Views for other tools: the live facts of each kind, and of all kinds, with names in place of ids
-- and ISO days in place of Julian day numbers.
--
-- This file is written by views() in src/store/schema/views.rs. Change it there.
--
-- The columns are those of facts query, in its order, with the same names. Those that differ from
-- the columns of the tables, or that these lack:
--   ref                  reference to the fact, SLUG:KEY
--   kind                 kind of the fact, as the command line calls it
--   source               slug of the source
--   actors and places    usual names, several with '; ' between; the tables keep the source's spelling
--   place                the spot and the place that it lies in
--   country              country of the place
--   latitude, longitude  of the fact, or of its place
--   date_from, date_to   first and last day on which the fact may lie. NULL: open, unknown, or a day
--                        that SQLite cannot write, before -4713 or after 9999; first_day and last_day
--                        say it as a Julian day number
--   year                 year of the first day
--   figure               the best estimate, else a bound
--   parties              all actors of the fact
-- events (V3) explains the others.
--
-- The + keeps SQLite from going through the partial index of live rows where it must read all of
-- them anyway. DuckDB reads the text of a view by itself, so that it has nothing of SQLite's own.
CREATE VIEW current_events AS
  SELECT (SELECT slug FROM sources WHERE id = f.source_id) || ':' || f.key AS ref,
         'events' AS kind, f.key, (SELECT slug FROM sources WHERE id = f.source_id) AS source,
         f.date, f.date_from, f.date_to, f.date_span, f.date_basis, f.year, f.type, f.subtype,
         (SELECT label FROM names WHERE id = f.actor_id) AS actor,
         (SELECT label FROM names WHERE id = f.target_id) AS target,
         (SELECT label FROM names WHERE id = f.others_id) AS others,
         (SELECT label FROM names WHERE id = f.side_a_id) AS side_a,
         (SELECT label FROM names WHERE id = f.side_b_id) AS side_b,
         (SELECT label FROM names WHERE id = f.supporters_id) AS supporters, f.violence,
         (SELECT label FROM names WHERE id = f.conflict_country_id) AS conflict_country,
         f.deaths_low, f.deaths_best, f.deaths_high, f.deaths_text, f.summary, f.stance,
         (SELECT label FROM names WHERE id = f.said_by_id) AS said_by, f.said_via, f.said_on,
         f.topic,
         coalesce(f.locality || ', ' || (SELECT label FROM names WHERE id = f.place_id), f.locality, (SELECT label FROM names WHERE id = f.place_id)) AS place,
         f.locality, f.place_precision,
         (SELECT country FROM names WHERE id = f.place_id) AS country,
         coalesce(f.latitude, (SELECT p.latitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS latitude,
         coalesce(f.longitude, (SELECT p.longitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS longitude,
         f.confidence, f.locator, f.quote, f.note, f.first_day, f.last_day,
         coalesce(f.deaths_best, f.deaths_low, f.deaths_high) AS figure,
         nullif(substr(ifnull('; ' || (SELECT label FROM names WHERE id = f.actor_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.target_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.others_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.side_a_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.side_b_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.supporters_id), ''), 3), '') AS parties
    FROM events f
   WHERE +f.retired_by_id IS NULL;

CREATE VIEW current_arms_transfers AS
  SELECT (SELECT slug FROM sources WHERE id = f.source_id) || ':' || f.key AS ref,
         'arms-transfers' AS kind, f.key,
         (SELECT slug FROM sources WHERE id = f.source_id) AS source, f.date, f.date_from,
         f.date_to, f.date_span, f.date_basis, f.year,
         (SELECT label FROM names WHERE id = f.supplier_id) AS supplier,
         (SELECT label FROM names WHERE id = f.recipient_id) AS recipient, f.designation,
         f.category, f.stage, f.low, f.best, f.high, f.quantity_text, f.qualifier,
         f.value_low, f.value_best, f.value_high, f.currency, f.condition, f.channel,
         f.case_number, f.tiv, f.summary, f.stance,
         (SELECT label FROM names WHERE id = f.said_by_id) AS said_by, f.said_via, f.said_on,
         f.topic,
         coalesce(f.locality || ', ' || (SELECT label FROM names WHERE id = f.place_id), f.locality, (SELECT label FROM names WHERE id = f.place_id)) AS place,
         f.locality, f.place_precision,
         (SELECT country FROM names WHERE id = f.place_id) AS country,
         coalesce(f.latitude, (SELECT p.latitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS latitude,
         coalesce(f.longitude, (SELECT p.longitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS longitude,
         f.confidence, f.locator, f.quote, f.note, f.first_day, f.last_day,
         coalesce(f.best, f.low, f.high, f.value_best, f.value_low, f.value_high) AS figure,
         nullif(substr(ifnull('; ' || (SELECT label FROM names WHERE id = f.supplier_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.recipient_id), ''), 3), '') AS parties
    FROM arms_transfers f
   WHERE +f.retired_by_id IS NULL;

CREATE VIEW current_casualties AS
  SELECT (SELECT slug FROM sources WHERE id = f.source_id) || ':' || f.key AS ref,
         'casualties' AS kind, f.key,
         (SELECT slug FROM sources WHERE id = f.source_id) AS source, f.date, f.date_from,
         f.date_to, f.date_span, f.date_basis, f.year, f.harm, f.population,
         (SELECT label FROM names WHERE id = f.victim_id) AS victim,
         (SELECT label FROM names WHERE id = f.perpetrator_id) AS perpetrator,
         (SELECT label FROM names WHERE id = f.side_a_id) AS side_a,
         (SELECT label FROM names WHERE id = f.side_b_id) AS side_b,
         (SELECT label FROM names WHERE id = f.supporters_id) AS supporters, f.violence,
         (SELECT label FROM names WHERE id = f.conflict_country_id) AS conflict_country,
         f.low, f.best, f.high, f.quantity_text, f.qualifier, f.method, f.stock_flow, f.event,
         f.summary, f.stance, (SELECT label FROM names WHERE id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.topic,
         coalesce(f.locality || ', ' || (SELECT label FROM names WHERE id = f.place_id), f.locality, (SELECT label FROM names WHERE id = f.place_id)) AS place,
         f.locality, f.place_precision,
         (SELECT country FROM names WHERE id = f.place_id) AS country,
         coalesce(f.latitude, (SELECT p.latitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS latitude,
         coalesce(f.longitude, (SELECT p.longitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS longitude,
         f.confidence, f.locator, f.quote, f.note, f.first_day, f.last_day,
         coalesce(f.best, f.low, f.high) AS figure,
         nullif(substr(ifnull('; ' || (SELECT label FROM names WHERE id = f.victim_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.perpetrator_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.side_a_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.side_b_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.supporters_id), ''), 3), '') AS parties
    FROM casualty_statistics f
   WHERE +f.retired_by_id IS NULL;

CREATE VIEW current_posts AS
  SELECT (SELECT slug FROM sources WHERE id = f.source_id) || ':' || f.key AS ref,
         'posts' AS kind, f.key, (SELECT slug FROM sources WHERE id = f.source_id) AS source,
         f.date, f.date_from, f.date_to, f.date_span, f.date_basis, f.year,
         (SELECT label FROM names WHERE id = f.sender_id) AS sender,
         (SELECT label FROM names WHERE id = f.receiver_id) AS receiver, f.post_type,
         f.post_status, f.office, (SELECT label FROM names WHERE id = f.head_id) AS head,
         f.head_class, f.posts_low, f.posts_best, f.posts_high, f.posts_text, f.staff_low,
         f.staff_best, f.staff_high, f.staff_text, f.staff_qualifier, f.summary, f.stance,
         (SELECT label FROM names WHERE id = f.said_by_id) AS said_by, f.said_via, f.said_on,
         f.topic,
         coalesce(f.locality || ', ' || (SELECT label FROM names WHERE id = f.place_id), f.locality, (SELECT label FROM names WHERE id = f.place_id)) AS place,
         f.locality, f.place_precision,
         (SELECT country FROM names WHERE id = f.place_id) AS country,
         coalesce(f.latitude, (SELECT p.latitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS latitude,
         coalesce(f.longitude, (SELECT p.longitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS longitude,
         f.confidence, f.locator, f.quote, f.note, f.first_day, f.last_day,
         coalesce(f.posts_best, f.posts_low, f.posts_high, f.staff_best, f.staff_low, f.staff_high) AS figure,
         nullif(substr(ifnull('; ' || (SELECT label FROM names WHERE id = f.sender_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.receiver_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.head_id), ''), 3), '') AS parties
    FROM diplomatic_posts f
   WHERE +f.retired_by_id IS NULL;

CREATE VIEW current_indicators AS
  SELECT (SELECT slug FROM sources WHERE id = f.source_id) || ':' || f.key AS ref,
         'indicators' AS kind, f.key,
         (SELECT slug FROM sources WHERE id = f.source_id) AS source, f.date, f.date_from,
         f.date_to, f.date_span, f.date_basis, f.year, f.measure, f.unit,
         (SELECT label FROM names WHERE id = f.subject_id) AS subject,
         (SELECT label FROM names WHERE id = f.counterpart_id) AS counterpart, f.low, f.best,
         f.high, f.quantity_text, f.qualifier, f.stock_flow, f.summary, f.stance,
         (SELECT label FROM names WHERE id = f.said_by_id) AS said_by, f.said_via, f.said_on,
         f.topic,
         coalesce(f.locality || ', ' || (SELECT label FROM names WHERE id = f.place_id), f.locality, (SELECT label FROM names WHERE id = f.place_id)) AS place,
         f.locality, f.place_precision,
         (SELECT country FROM names WHERE id = f.place_id) AS country,
         coalesce(f.latitude, (SELECT p.latitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS latitude,
         coalesce(f.longitude, (SELECT p.longitude FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS longitude,
         f.confidence, f.locator, f.quote, f.note, f.first_day, f.last_day,
         coalesce(f.best, f.low, f.high) AS figure,
         nullif(substr(ifnull('; ' || (SELECT label FROM names WHERE id = f.subject_id), '') || ifnull('; ' || (SELECT label FROM names WHERE id = f.counterpart_id), ''), 3), '') AS parties
    FROM indicators f
   WHERE +f.retired_by_id IS NULL;

CREATE VIEW current_facts AS
  SELECT ref, kind, source, key, date, date_from, date_to, year, summary, stance, said_by,
         topic, place, country, latitude, longitude, locator, note, figure, parties
    FROM current_events
UNION ALL
  SELECT ref, kind, source, key, date, date_from, date_to, year, summary, stance, said_by,
         topic, place, country, latitude, longitude, locator, note, figure, parties
    FROM current_arms_transfers
UNION ALL
  SELECT ref, kind, source, key, date, date_from, date_to, year, summary, stance, said_by,
         topic, place, country, latitude, longitude, locator, note, figure, parties
    FROM current_casualties
UNION ALL
  SELECT ref, kind, source, key, date, date_from, date_to, year, summary, stance, said_by,
         topic, place, country, latitude, longitude, locator, note, figure, parties
    FROM current_posts
UNION ALL
  SELECT ref, kind, source, key, date, date_from, date_to, year, summary, stance, said_by,
         topic, place, country, latitude, longitude, locator, note, figure, parties
    FROM current_indicators;

PRAGMA user_version = 112;
