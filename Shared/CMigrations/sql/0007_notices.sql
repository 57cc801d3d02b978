-- Who is to hear of what, and whether it reached them.

CREATE TABLE inbox (
  district    text        COLLATE "C" NOT NULL,
  -- the event that it tells of and its place among that event's notices
  seq         bigint      NOT NULL,
  part        integer     NOT NULL,
  role        text        COLLATE "C" NOT NULL,
  unit        text        COLLATE "C" NOT NULL,
  department  text        COLLATE "C" NOT NULL DEFAULT '',
  -- for one person rather than for a role
  username    text        COLLATE "C" NOT NULL DEFAULT '',
  notice      text        COLLATE "C" NOT NULL,
  case_number bigint      NOT NULL,
  at          timestamptz NOT NULL,
  read_at     timestamptz,
  read_by     text,
  PRIMARY KEY (district, seq, part)
);
CREATE INDEX inbox_receiver ON inbox (district, unit, role, department, seq DESC) WHERE username = '';
CREATE INDEX inbox_person ON inbox (district, username, seq DESC) WHERE username <> '';

CREATE TABLE deliveries (
  district        text        COLLATE "C" NOT NULL,
  seq             bigint      NOT NULL,
  part            integer     NOT NULL,
  channel         text        COLLATE "C" NOT NULL,
  target          text        NOT NULL,
  notice          text        COLLATE "C" NOT NULL,
  case_number     bigint      NOT NULL,
  language        text        COLLATE "C" NOT NULL,
  -- gathered with others for the same target into one message
  digest          boolean     NOT NULL DEFAULT false,
  payload         bytea       NOT NULL,
  state           text        COLLATE "C" NOT NULL DEFAULT 'pending',
  attempts        integer     NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  last_fault      text,
  created_at      timestamptz NOT NULL,
  delivered_at    timestamptz,
  PRIMARY KEY (district, seq, part, channel),
  CONSTRAINT deliveries_state_known CHECK (state IN ('pending', 'delivered', 'failed'))
);
CREATE INDEX deliveries_due ON deliveries (district, next_attempt_at) WHERE state = 'pending';
