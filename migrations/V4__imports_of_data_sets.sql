-- Which description a file was read with: the data set's name, or that of a user's own mapping.
PRAGMA user_version = 4;

ALTER TABLE imports ADD COLUMN dataset TEXT CONSTRAINT dataset_given CHECK (dataset <> '');
