-- People, machines and their sessions.

CREATE TABLE users (
  district      text        COLLATE "C" NOT NULL,
  username      text        COLLATE "C" NOT NULL,
  role          text        COLLATE "C" NOT NULL,
  unit          text        COLLATE "C" NOT NULL,
  department    text        COLLATE "C",
  -- where notices by mail go, and in which language; none without an address
  email         text,
  language      text,
  password_hash text        NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  disabled_at   timestamptz,
  PRIMARY KEY (district, username)
);

CREATE TABLE api_keys (
  district    text        COLLATE "C" NOT NULL,
  key_id      text        COLLATE "C" NOT NULL,
  name        text        COLLATE "C" NOT NULL,
  role        text        COLLATE "C" NOT NULL,
  unit        text        COLLATE "C" NOT NULL,
  source      text        COLLATE "C",
  secret_hash bytea       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  revoked_at  timestamptz,
  PRIMARY KEY (district, key_id)
);

CREATE TABLE sessions (
  district   text        COLLATE "C" NOT NULL,
  token_hash bytea       NOT NULL,
  username   text        COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (district, token_hash)
);
CREATE INDEX sessions_expiry ON sessions (district, expires_at);
