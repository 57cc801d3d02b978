-- What the whole closed loop adds: more facts, assisting departments with parts of their own, cases that an accepted
-- appeal takes out of the assessment, and timers for several clocks of one name.

ALTER TABLE rollup_daily
  ADD COLUMN supervised      bigint  NOT NULL DEFAULT 0,
  ADD COLUMN shirked         bigint  NOT NULL DEFAULT 0,
  ADD COLUMN on_time_contact bigint  NOT NULL DEFAULT 0,
  ADD COLUMN late_contact    bigint  NOT NULL DEFAULT 0,
  -- counts the parts of assisting departments, each under its own department, rather than cases
  ADD COLUMN part            boolean NOT NULL DEFAULT false,
  -- cases, or parts, that an accepted appeal took out of the assessment
  ADD COLUMN excluded        boolean NOT NULL DEFAULT false;
ALTER TABLE rollup_daily DROP CONSTRAINT rollup_daily_pkey;
ALTER TABLE rollup_daily ADD PRIMARY KEY (district, day, unit, category, department, source, part, excluded);

-- A part's clock runs beside the lead's of the same name: the version tells them apart. The waking of a suspended case
-- stands here too, as the clock `suspension` of version 0.
ALTER TABLE timers DROP CONSTRAINT timers_pkey;
ALTER TABLE timers ADD COLUMN version integer GENERATED ALWAYS AS (clock_version / 16) STORED;
ALTER TABLE timers ADD PRIMARY KEY (district, case_number, clock, version);

-- The parts of assisting departments, as the case's snapshot has them: for sight and for listing what was counted.
CREATE TABLE case_parts (
  district    text    COLLATE "C" NOT NULL,
  case_number bigint  NOT NULL,
  department  text    COLLATE "C" NOT NULL,
  state       text    COLLATE "C" NOT NULL,
  facts       integer NOT NULL,
  PRIMARY KEY (district, case_number, department),
  CONSTRAINT case_parts_state_known CHECK (state IN ('assigned', 'signed', 'handled', 'returned', 'excused'))
);
CREATE INDEX case_parts_department ON case_parts (district, department, case_number);

-- Writes the parts as a batch of events leaves them. Called after journal_append in the same transaction, whose locks on
-- the rows of the cases it relies on.
CREATE FUNCTION case_parts_write(
  p_district text, p_number bigint[], p_department text[], p_state text[], p_facts integer[]
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO case_parts (district, case_number, department, state, facts)
  SELECT p_district, n.number, n.department, n.state, n.facts
  FROM unnest(p_number, p_department, p_state, p_facts) AS n(number, department, state, facts)
  ON CONFLICT (district, case_number, department) DO UPDATE SET state = EXCLUDED.state, facts = EXCLUDED.facts
$$;

-- The case in which this one ended, so that its reporters are found when the other is done.
ALTER TABLE cases ADD COLUMN merged_into bigint;
CREATE INDEX cases_merged ON cases (district, merged_into) WHERE merged_into IS NOT NULL;

GRANT SELECT ON case_parts
  TO gridloop_intake, gridloop_dispatcher, gridloop_escalation, gridloop_stats, gridloop_notifier, gridloop_console;
GRANT INSERT, UPDATE ON case_parts TO gridloop_intake, gridloop_dispatcher, gridloop_escalation, gridloop_console;

-- A case that is split off takes its reporters with it; erasing takes away what they wrote and who they are.
GRANT INSERT, UPDATE ON reports TO gridloop_console;
GRANT UPDATE ON attachments TO gridloop_console;
