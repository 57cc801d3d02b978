-- What reporters wrote and who they are: kept apart from the journal, so that it can be erased.

CREATE TABLE reports (
  district        text        COLLATE "C" NOT NULL,
  case_number     bigint      NOT NULL,
  -- 0 for the report that began the case, then the repeats that joined it, by their event's place in the case
  part            bigint      NOT NULL,
  source          text        COLLATE "C" NOT NULL,
  -- the key or user that handed it in, as the journal writes actors
  submitter       text        COLLATE "C" NOT NULL,
  external_id     text        COLLATE "C",
  idempotency_key text        COLLATE "C",
  -- SHA-256 of the request, for telling a repeat from another request under the same key
  body_hash       bytea       NOT NULL,
  seq             bigint      NOT NULL,
  received_at     timestamptz NOT NULL,
  description     text,
  address         text,
  reporter_name   text,
  reporter_phone  text,
  anonymous       boolean     NOT NULL DEFAULT false,
  subject_kind    text,
  subject_code    text,
  subject_name    text,
  -- what the reporter called it, where the catalogue has no such category
  given_category  text,
  -- with it the journal's digest of the content can be checked; erased with the content
  salt            bytea,
  erased_at       timestamptz,
  PRIMARY KEY (district, case_number, part)
);
CREATE UNIQUE INDEX reports_external_id ON reports (district, submitter, external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX reports_idempotency_key ON reports (district, submitter, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TABLE attachments (
  district    text        COLLATE "C" NOT NULL,
  id          text        COLLATE "C" NOT NULL,
  case_number bigint,
  media_type  text        NOT NULL,
  width       integer     NOT NULL,
  height      integer     NOT NULL,
  sha256      bytea       NOT NULL,
  content     bytea       NOT NULL,
  uploaded_by text        NOT NULL,
  uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (district, id)
);
CREATE INDEX attachments_case ON attachments (district, case_number) WHERE case_number IS NOT NULL;
