-- What limen has stopped, so that it can be started again. A record holds what
-- that takes, an environment too, and nothing looks into it but whoever made it.
CREATE TABLE stopped (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  port   INTEGER NOT NULL,
  at     INTEGER NOT NULL, -- seconds since 1970
  record BLOB    NOT NULL
) STRICT;
