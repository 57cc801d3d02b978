-- While a suppression lasts, every report that it matches joins one case, so that a storm or a broken camera does not
-- make a thousand. Nothing that was accepted is lost: each report is a row of `reports` and an event of the case.

CREATE TABLE suppressions (
  district    text        COLLATE "C" NOT NULL,
  id          text        COLLATE "C" NOT NULL,
  reason      text        NOT NULL,
  -- reports of this unit and all below it
  unit        text        COLLATE "C" NOT NULL,
  -- a class stands for all categories below it
  categories  text[]      COLLATE "C" NOT NULL,
  -- none: every source
  sources     text[]      COLLATE "C" NOT NULL DEFAULT '{}',
  from_at     timestamptz NOT NULL,
  until_at    timestamptz NOT NULL,
  created_by  text        COLLATE "C" NOT NULL,
  created_at  timestamptz NOT NULL,
  -- ended by a person before its time
  ended_by    text        COLLATE "C",
  ended_at    timestamptz,
  -- the case that reports join; none before the first report, another once that case is over
  case_number bigint,
  -- taken under it, those that began a case included
  reports     bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (district, id),
  CONSTRAINT suppressions_end CHECK (until_at > from_at),
  CONSTRAINT suppressions_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
  CONSTRAINT suppressions_categories CHECK (cardinality(categories) > 0)
);
CREATE INDEX suppressions_running ON suppressions (district, until_at) WHERE ended_at IS NULL;

GRANT SELECT, UPDATE ON suppressions TO gridloop_intake;
GRANT SELECT, INSERT, UPDATE ON suppressions TO gridloop_console;

-- A report that joined a case says here what it was itself; null where it began the case, whose own these are.
ALTER TABLE reports
  ADD COLUMN category    text COLLATE "C",
  ADD COLUMN unit        text COLLATE "C",
  ADD COLUMN latitude    double precision,
  ADD COLUMN longitude   double precision,
  -- the suppression under which it was taken
  ADD COLUMN suppression text COLLATE "C";

-- Images that no report ever named are removed after a time.
CREATE INDEX attachments_unbound ON attachments (district, uploaded_at) WHERE case_number IS NULL;
GRANT DELETE ON attachments TO gridloop_intake;
