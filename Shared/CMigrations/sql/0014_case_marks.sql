-- What lists ask of a case beyond its state, cases that were merged or split, erasing, and more of what a row of `cases`
-- can never be.

ALTER TABLE cases
  -- what waits for someone's word: 1 a request for an extension, 2 one for suspension, 4 a duty to supervise, 8 an appeal;
  -- 16 there was an appeal, decided or not
  ADD COLUMN marks       integer NOT NULL DEFAULT 0,
  -- departments that owe a supervision order its written answer
  ADD COLUMN owes_answer text[]  COLLATE "C" NOT NULL DEFAULT '{}',
  ADD CONSTRAINT cases_lead_where_suspended CHECK (lead IS NOT NULL OR state <> 'suspended'),
  ADD CONSTRAINT cases_dispatched_at_known
    CHECK (dispatched_at IS NOT NULL OR state NOT IN ('dispatched', 'signed', 'suspended', 'handled')),
  -- 16: signed, 32: handled, 64: closed, 2: valid, as CaseFacts has them
  ADD CONSTRAINT cases_signed_counts CHECK (facts & 16 <> 0 OR state NOT IN ('signed', 'suspended', 'handled')),
  ADD CONSTRAINT cases_handled_has_result
    CHECK (state <> 'handled' OR (handled_at IS NOT NULL AND facts & 32 <> 0)),
  ADD CONSTRAINT cases_closed_counts CHECK ((state = 'closed') = (facts & 64 <> 0)),
  ADD CONSTRAINT cases_closed_at_known CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  ADD CONSTRAINT cases_over_not_valid CHECK (state NOT IN ('void', 'merged') OR facts & 2 = 0),
  ADD CONSTRAINT cases_merged_into CHECK (merged_into IS NULL OR state = 'merged');
CREATE INDEX cases_marked ON cases (district, number) WHERE marks & 15 <> 0;

-- Writes what commands made of the cases; departments are separated by commas. Called after journal_append in the same
-- transaction, whose locks on the rows of the cases it relies on.
CREATE FUNCTION case_marks_write(
  p_district text, p_number bigint[], p_marks integer[], p_owes text[], p_merged_into bigint[]
) RETURNS void LANGUAGE sql AS $$
  UPDATE cases AS c SET marks = n.marks, owes_answer = string_to_array(n.owes, ','), merged_into = n.merged_into
  FROM unnest(p_number, p_marks, p_owes, p_merged_into) AS n(number, marks, owes, merged_into)
  WHERE c.district = p_district AND c.number = n.number
$$;

-- The case and all that ended in it, directly or by way of others: whose reporters hear what becomes of it.
CREATE FUNCTION merged_cases(p_district text, p_number bigint) RETURNS TABLE (number bigint) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE family(number) AS (
    SELECT p_number
    UNION
    SELECT c.number FROM family AS f
    JOIN cases AS c ON c.district = p_district AND c.merged_into = f.number AND c.merged_into IS NOT NULL
  )
  SELECT family.number FROM family
$$;

-- A report that was copied to a case that was split off knows where it comes from.
ALTER TABLE reports
  ADD COLUMN origin      bigint,
  ADD COLUMN origin_part bigint;
CREATE INDEX reports_origin ON reports (district, origin) WHERE origin IS NOT NULL;

-- The reporters of a case, and of those merged into it, become reporters of one that was split off, too. Copies have
-- parts of 0 and below, where no report that joins the case later can stand.
CREATE FUNCTION reports_copy(p_district text, p_number bigint, p_to bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO reports (district, case_number, part, source, submitter, body_hash, seq, received_at, description, address,
    reporter_name, reporter_phone, anonymous, subject_kind, subject_code, subject_name, given_category, salt, erased_at,
    origin, origin_part)
  SELECT district, p_to, 1 - row_number() OVER (ORDER BY case_number <> p_number, case_number, abs(part)), source,
    submitter, body_hash, seq, received_at, description, address, reporter_name, reporter_phone, anonymous, subject_kind,
    subject_code, subject_name, given_category, salt, erased_at, coalesce(origin, case_number),
    coalesce(origin_part, part)
  FROM reports
  WHERE district = p_district AND case_number IN (SELECT m.number FROM merged_cases(p_district, p_number) AS m)
$$;

-- Takes away what the reporters of a case wrote and who they are, here and wherever their reports were copied to, and the
-- content of what they attached. The journal keeps digests, which without the salt tell nothing.
CREATE FUNCTION reports_erase(p_district text, p_number bigint, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  UPDATE attachments AS a SET content = ''
  WHERE a.district = p_district AND a.case_number = p_number AND a.uploaded_by IN
    (SELECT r.submitter FROM reports AS r WHERE r.district = p_district AND r.case_number = p_number);
  WITH own AS (
    SELECT coalesce(origin, case_number) AS number, coalesce(origin_part, part) AS part FROM reports
    WHERE district = p_district AND case_number = p_number
  ), meant AS (
    SELECT r.case_number, r.part FROM own
    JOIN reports AS r ON r.district = p_district AND r.case_number = own.number AND r.part = own.part
    UNION
    SELECT r.case_number, r.part FROM own
    JOIN reports AS r ON r.district = p_district AND r.origin = own.number AND r.origin_part = own.part
  )
  UPDATE reports AS r SET
    description = NULL, address = NULL, reporter_name = NULL, reporter_phone = NULL, subject_kind = NULL,
    subject_code = NULL, subject_name = NULL, given_category = NULL, salt = NULL, erased_at = p_at
  FROM meant
  WHERE r.district = p_district AND r.case_number = meant.case_number AND r.part = meant.part AND r.erased_at IS NULL
$$;
