-- Which description a file was read with: the data set's name, or that of a user's own mapping.
PRAGMA user_version = 4;

ALTER TABLE imports ADD COLUMN dataset TEXT CONSTRAINT dataset_given CHECK (dataset <> '');

-- Which run brought somebody in, so that taking the run back takes them with it.
ALTER TABLE sources ADD COLUMN import_id INTEGER REFERENCES imports(id);
ALTER TABLE actors ADD COLUMN import_id INTEGER REFERENCES imports(id);
ALTER TABLE places ADD COLUMN import_id INTEGER REFERENCES imports(id);
ALTER TABLE names ADD COLUMN import_id INTEGER REFERENCES imports(id);
