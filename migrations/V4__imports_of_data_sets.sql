-- Which description a file was read with: the data set's name, or that of a user's own mapping.
PRAGMA user_version = 4;

ALTER TABLE imports ADD COLUMN dataset TEXT CONSTRAINT dataset_given CHECK (dataset <> '');

-- Which run brought somebody in, so that taking the run back takes them with it.
ALTER TABLE sources ADD COLUMN import_id INTEGER REFERENCES imports(id);
ALTER TABLE actors ADD COLUMN import_id INTEGER REFERENCES imports(id);
ALTER TABLE places ADD COLUMN import_id INTEGER REFERENCES imports(id);
ALTER TABLE names ADD COLUMN import_id INTEGER REFERENCES imports(id);

-- The index of facts search without the option that SQLite before 3.43 does not know: other tools open the database too.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5(words, content = '', tokenize = 'unicode61 remove_diacritics 2');

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
INSERT INTO search (rowid, words) SELECT id * 16 + 15, text FROM source_texts;
