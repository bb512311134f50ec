-- A lease is kept whole, as JSON, beside what decides whether another may be
-- made: its port, its name in its project, and its end.
CREATE TABLE lease (
  port    INTEGER PRIMARY KEY,
  name    TEXT    NOT NULL,
  project TEXT    NOT NULL,
  branch  TEXT    NOT NULL,
  since   INTEGER NOT NULL, -- seconds since 1970
  until   INTEGER NOT NULL, -- likewise; 0 means until it is released
  lease   TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX lease_name ON lease (project, branch, name) WHERE name <> '';
