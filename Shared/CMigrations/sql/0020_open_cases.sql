-- Open cases, what waits for a word, and reveals are few among the millions that a district gathers over the years: they
-- are found without reading those.

-- By path, so that whoever sees a part of the ground reads only that. None of its columns ever changes, and a case that
-- is over leaves it.
CREATE INDEX cases_open ON cases (district, unit_path)
  WHERE state IN ('reported', 'filed', 'desk', 'dispatched', 'signed', 'handled', 'suspended');
CREATE INDEX cases_owing ON cases (district, number) WHERE owes_answer <> '{}';
CREATE INDEX case_parts_waiting ON case_parts (district, department, case_number)
  WHERE state IN ('assigned', 'signed', 'returned');

-- Appending any other event only looks at its kind.
CREATE INDEX journal_revealed ON journal (district, seq) WHERE kind = 'revealed';

-- How few cases carry a mark: without this the planner takes it that nearly all do.
CREATE STATISTICS cases_marked_share ON (marks & 15) FROM cases;
