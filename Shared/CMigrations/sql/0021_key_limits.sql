-- What one key may hand in.

-- Reports in a minute; null: as many as it likes, as every key so far. The rights on the table hold for the column, too:
-- intake reads it, the console sets it.
ALTER TABLE api_keys ADD COLUMN reports_per_minute integer,
  ADD CONSTRAINT api_keys_limit_known CHECK (reports_per_minute BETWEEN 1 AND 1000000);
