-- By which key and external id a sender of a whole city has reported, and in which district the report lies: a row of
-- `reports` is unique in its district only. `district` is the city's code.

CREATE TABLE city_reports (
  district  text COLLATE "C" NOT NULL,
  submitter text COLLATE "C" NOT NULL,
  -- key:… or id:…
  identity  text COLLATE "C" NOT NULL,
  target    text COLLATE "C" NOT NULL,
  PRIMARY KEY (district, submitter, identity)
);
GRANT SELECT, INSERT, UPDATE ON city_reports TO gridloop_intake;
