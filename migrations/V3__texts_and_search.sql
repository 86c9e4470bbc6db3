-- The texts of documents, kept in the user's own database, and the index that `facts search` asks.
PRAGMA user_version = 3;

CREATE TABLE source_texts (
  id              INTEGER PRIMARY KEY,
  source_id       INTEGER NOT NULL UNIQUE REFERENCES sources(id),
  sha256          TEXT NOT NULL,
  text            TEXT NOT NULL,
  CONSTRAINT sha256_hex CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  CONSTRAINT no_empty_text CHECK (text <> '')
) STRICT;

-- rowid: the fact's id times 16, plus the place of its kind in the list of kinds; the words alone are kept
CREATE VIRTUAL TABLE search USING fts5(words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');

-- the facts that are there already
INSERT INTO search (rowid, words)
  SELECT f.id * 16 + 0, concat_ws(char(10),
         f.type,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.actor_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.target_id),
         f.others,
         f.deaths_text,
         f.summary,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.said_by_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN places b ON b.id = n.place_id WHERE n.id = f.place_id),
         f.quote,
         f.note)
    FROM events f;
INSERT INTO search (rowid, words)
  SELECT f.id * 16 + 1, concat_ws(char(10),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.supplier_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.recipient_id),
         f.designation,
         f.quantity_text,
         f.summary,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.said_by_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN places b ON b.id = n.place_id WHERE n.id = f.place_id),
         f.quote,
         f.note)
    FROM arms_transfers f;
INSERT INTO search (rowid, words)
  SELECT f.id * 16 + 2, concat_ws(char(10),
         f.population,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.victim_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.perpetrator_id),
         f.quantity_text,
         f.event,
         f.summary,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.said_by_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN places b ON b.id = n.place_id WHERE n.id = f.place_id),
         f.quote,
         f.note)
    FROM casualty_statistics f;
INSERT INTO search (rowid, words)
  SELECT f.id * 16 + 3, concat_ws(char(10),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.sender_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.receiver_id),
         f.office,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.head_id),
         f.posts_text,
         f.staff_text,
         f.summary,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.said_by_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN places b ON b.id = n.place_id WHERE n.id = f.place_id),
         f.quote,
         f.note)
    FROM diplomatic_posts f;
INSERT INTO search (rowid, words)
  SELECT f.id * 16 + 4, concat_ws(char(10),
         f.measure,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.subject_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.counterpart_id),
         f.quantity_text,
         f.summary,
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN actors b ON b.id = n.actor_id WHERE n.id = f.said_by_id),
         (SELECT concat_ws(' ', n.name, nullif(b.name, n.name)) FROM names n JOIN places b ON b.id = n.place_id WHERE n.id = f.place_id),
         f.quote,
         f.note)
    FROM indicators f;
