-- What administrators do from the console, besides what they read: cases let out of quarantine, notices sent again, channels
-- tried, versions of the network put in force.

-- Who did what, of acts that leave no trace in a row of their own. Nothing here is ever changed.
CREATE TABLE administrative_acts (
  district text        COLLATE "C" NOT NULL,
  id       bigint      GENERATED ALWAYS AS IDENTITY,
  at       timestamptz NOT NULL,
  -- user:<name>, or who ran gridctl
  actor    text        COLLATE "C" NOT NULL,
  act      text        COLLATE "C" NOT NULL,
  -- what was acted on: a case and its consumer, a delivery, an account, a version
  subject  text        NOT NULL,
  PRIMARY KEY (district, id)
);
CREATE INDEX administrative_acts_newest ON administrative_acts (district, at DESC, id DESC);

-- Notices that an administrator has sent to see whether a channel works. The notifier takes each up and queues it among the
-- deliveries as (district, 0, number, channel): there it goes the way of every other. What it cannot queue says here why.
CREATE TABLE channel_tests (
  district text        COLLATE "C" NOT NULL,
  number   integer     NOT NULL,
  channel  text        COLLATE "C" NOT NULL,
  -- of a mail the address; empty for what has one only
  target   text        NOT NULL,
  asked_by text        COLLATE "C" NOT NULL,
  asked_at timestamptz NOT NULL,
  taken_at timestamptz,
  fault    text,
  PRIMARY KEY (district, number),
  CONSTRAINT channel_tests_channel_known CHECK (channel IN ('webhook', 'smtp')),
  CONSTRAINT channel_tests_fault_once_taken CHECK (fault IS NULL OR taken_at IS NOT NULL)
);
CREATE INDEX channel_tests_waiting ON channel_tests (district, number) WHERE taken_at IS NULL;

GRANT SELECT, INSERT ON administrative_acts TO gridloop_console;
GRANT SELECT, INSERT ON channel_tests TO gridloop_console;
GRANT SELECT, UPDATE (taken_at, fault) ON channel_tests TO gridloop_notifier;
GRANT UPDATE (released_at) ON quarantine TO gridloop_console;
GRANT UPDATE (state, attempts, next_attempt_at) ON deliveries TO gridloop_console;
GRANT INSERT ON network_versions TO gridloop_console;
