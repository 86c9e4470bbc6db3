-- The view facts: every live fact of every kind in one shape, for other tools. It shows names in
-- place of ids, and ISO days in place of Julian day numbers.
--
-- This file is written by views() in src/store/schema/views.rs. Change it there.
--
-- Columns that differ from those of the tables, or that these lack:
--   ref                 reference to the fact, SLUG:KEY
--   kind                kind of the fact, as the command line calls it
--   source              slug of the source
--   said_by, place      usual name of the actor or place; the tables keep the source's spelling
--   date_from, date_to  first and last day on which the fact may lie. NULL: open, unknown, or a
--                       day that SQLite cannot write, before -4713 or after 9999
-- events (V3) explains the others.
CREATE VIEW facts AS
  SELECT s.slug || ':' || f.key AS ref, 'events' AS kind, s.slug AS source,
         f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id
           WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to,
         f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM events f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL
UNION ALL
  SELECT s.slug || ':' || f.key AS ref, 'arms-transfers' AS kind, s.slug AS source,
         f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id
           WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to,
         f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM arms_transfers f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL
UNION ALL
  SELECT s.slug || ':' || f.key AS ref, 'casualties' AS kind, s.slug AS source,
         f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id
           WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to,
         f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM casualty_statistics f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL
UNION ALL
  SELECT s.slug || ':' || f.key AS ref, 'posts' AS kind, s.slug AS source,
         f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id
           WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to,
         f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM diplomatic_posts f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL
UNION ALL
  SELECT s.slug || ':' || f.key AS ref, 'indicators' AS kind, s.slug AS source,
         f.key, f.locator,
         (SELECT a.name FROM names n JOIN actors a ON a.id = n.actor_id
           WHERE n.id = f.said_by_id) AS said_by,
         f.said_via, f.said_on, f.stance, f.topic, f.summary,
         f.date, date(f.first_day) AS date_from, date(f.last_day) AS date_to,
         f.date_span, f.date_basis,
         (SELECT p.name FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id) AS place,
         f.place_precision, f.confidence, f.note
    FROM indicators f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL;

PRAGMA user_version = 100;
