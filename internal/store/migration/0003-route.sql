-- A route is kept whole, as JSON, beside what makes two the same. What a person
-- has typed stands beside what was observed, and comes before it.
CREATE TABLE route (
  name      TEXT    NOT NULL,
  path      TEXT    NOT NULL,
  condition TEXT    NOT NULL,
  typed     INTEGER NOT NULL, -- 1 if a person has
  route     TEXT    NOT NULL,
  PRIMARY KEY (name, path, condition, typed)
) STRICT;
