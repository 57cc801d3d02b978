-- How many cases of each kind each fact holds for; a sum of the differences that events bring.

CREATE TABLE rollup_daily (
  district      text    COLLATE "C" NOT NULL,
  -- the local day of filing
  day           date    NOT NULL,
  unit          text    COLLATE "C" NOT NULL,
  category      text    COLLATE "C" NOT NULL,
  -- the lead department, empty while there is none
  department    text    COLLATE "C" NOT NULL,
  source        text    COLLATE "C" NOT NULL,
  reported      bigint  NOT NULL DEFAULT 0,
  valid         bigint  NOT NULL DEFAULT 0,
  filed         bigint  NOT NULL DEFAULT 0,
  dispatched    bigint  NOT NULL DEFAULT 0,
  signed        bigint  NOT NULL DEFAULT 0,
  handled       bigint  NOT NULL DEFAULT 0,
  closed        bigint  NOT NULL DEFAULT 0,
  on_time_sign  bigint  NOT NULL DEFAULT 0,
  late_sign     bigint  NOT NULL DEFAULT 0,
  on_time_handle bigint  NOT NULL DEFAULT 0,
  late_handle   bigint  NOT NULL DEFAULT 0,
  returned      bigint  NOT NULL DEFAULT 0,
  reworked      bigint  NOT NULL DEFAULT 0,
  extended      bigint  NOT NULL DEFAULT 0,
  suspended     bigint  NOT NULL DEFAULT 0,
  reopened      bigint  NOT NULL DEFAULT 0,
  on_spot       bigint  NOT NULL DEFAULT 0,
  appealed_out  bigint  NOT NULL DEFAULT 0,
  satisfied     bigint  NOT NULL DEFAULT 0,
  dissatisfied  bigint  NOT NULL DEFAULT 0,
  unrated       bigint  NOT NULL DEFAULT 0,
  on_time_close bigint  NOT NULL DEFAULT 0,
  PRIMARY KEY (district, day, unit, category, department, source)
) WITH (fillfactor = 70);
