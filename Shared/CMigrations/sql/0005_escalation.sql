-- The next rung of each running clock, and what discipline inspection makes of the last one.

CREATE TABLE timers (
  district      text        COLLATE "C" NOT NULL,
  case_number   bigint      NOT NULL,
  clock         text        COLLATE "C" NOT NULL,
  clock_version integer     NOT NULL,
  rung          integer     NOT NULL,
  fire_at       timestamptz NOT NULL,
  PRIMARY KEY (district, case_number, clock)
);
CREATE INDEX timers_due ON timers (district, fire_at);

-- The policy version by whose ladders each district's timers were last laid out.
CREATE TABLE timer_policies (
  district text    COLLATE "C" PRIMARY KEY,
  version  integer NOT NULL
);

CREATE TABLE escalations (
  district      text        COLLATE "C" NOT NULL,
  case_number   bigint      NOT NULL,
  clock         text        COLLATE "C" NOT NULL,
  clock_version integer     NOT NULL,
  rung          text        COLLATE "C" NOT NULL,
  act           text        COLLATE "C" NOT NULL,
  receivers     text[]      NOT NULL,
  due_at        timestamptz NOT NULL,
  rung_at       timestamptz NOT NULL,
  fired_at      timestamptz NOT NULL,
  late_seconds  bigint      NOT NULL,
  -- each rung at most once per case, clock and clock version
  PRIMARY KEY (district, case_number, clock, clock_version, rung)
);

CREATE TABLE accountability (
  district          text        COLLATE "C" NOT NULL,
  id                text        COLLATE "C" NOT NULL,
  case_number       bigint      NOT NULL,
  clock             text        COLLATE "C" NOT NULL,
  rung              text        COLLATE "C" NOT NULL,
  unit              text        COLLATE "C" NOT NULL,
  department        text        COLLATE "C",
  receivers         text[]      NOT NULL,
  due_at            timestamptz NOT NULL,
  opened_at         timestamptz NOT NULL,
  state             text        COLLATE "C" NOT NULL DEFAULT 'open',
  version           integer     NOT NULL DEFAULT 1,
  PRIMARY KEY (district, id),
  CONSTRAINT accountability_state_known
    CHECK (state IN ('open', 'acknowledged', 'answered', 'upheld', 'waived', 'closed'))
);
CREATE INDEX accountability_opened ON accountability (district, opened_at);

CREATE TABLE accountability_steps (
  district text        COLLATE "C" NOT NULL,
  id       text        COLLATE "C" NOT NULL,
  step     integer     NOT NULL,
  action   text        COLLATE "C" NOT NULL,
  actor    text        COLLATE "C" NOT NULL,
  note     text        NOT NULL,
  at       timestamptz NOT NULL,
  PRIMARY KEY (district, id, step)
);
