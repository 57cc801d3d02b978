"""One byte of one row of the journal is changed behind the system's back: it is found and named."""

import unittest

import invariants
import stack


class JournalProof(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()
        cls.cases = [cls.stack.file() for _ in range(3)]
        cls.stack.settle()
        cls.district, cls.seq = cls.stack.sql(
            "SELECT district, seq FROM journal WHERE kind = 'filed' ORDER BY seq DESC OFFSET 1 LIMIT 1")[0]
        cls.where = f"WHERE district = '{cls.district}' AND seq = {cls.seq}"

    def tearDown(self):
        """Whoever saw the journal changed, and halted, goes on once it is put right."""
        self.stack.settle()

    def found(self):
        report = self.stack.gridctl("journal", "verify", codes=(1,))
        self.assertFalse(report["valid"])
        return [fault["seq"] for district in report["districts"] for fault in district["faults"]]

    def assert_whole(self):
        self.assertTrue(self.stack.verify_journal()["valid"])
        self.assertTrue(invariants.chain(self.stack).holds)

    def change(self, column, change):
        """Changes one column of the row, sees that this is found, and puts it back."""
        self.assert_whole()
        kept = self.stack.sql(f"SELECT {column}::text FROM journal {self.where}")[0][0]
        self.stack.sql(f"UPDATE journal SET {column} = {change} {self.where}")
        try:
            self.assertIn(int(self.seq), self.found())
            self.assertFalse(invariants.chain(self.stack).holds)
        finally:
            kind = {"body": "bytea", "at": "timestamptz"}.get(column, "text")
            self.stack.sql(f"UPDATE journal SET {column} = '{kept}'::{kind} {self.where}")
        self.assert_whole()

    def test_a_byte_of_the_body(self):
        self.change("body", "set_byte(body, octet_length(body) / 2, get_byte(body, octet_length(body) / 2) # 1)")

    def test_the_actor(self):
        self.change("actor", "'user:nobody'")

    def test_the_time(self):
        self.change("at", "at - interval '1 microsecond'")

    def test_a_row_taken_out(self):
        self.assert_whole()
        self.stack.sql(f"CREATE TABLE taken AS SELECT * FROM journal {self.where}")
        columns = "district, seq, epoch, at, case_number, kind, actor, body, prev_hash, hash"
        self.stack.sql(f"DELETE FROM journal {self.where}")
        try:
            self.assertTrue(set(self.found()) & {int(self.seq), int(self.seq) + 1})
        finally:
            self.stack.sql(f"INSERT INTO journal ({columns}) SELECT {columns} FROM taken")
            self.stack.sql("DROP TABLE taken")
        self.assert_whole()

    def test_a_chain_rewritten_as_a_whole(self):
        """Recomputing alone would not find it; a checkpoint that was signed outside the database does."""
        self.stack.gridctl("journal", "checkpoint")
        self.stack.sql("CREATE TABLE kept AS SELECT * FROM journal")
        head = self.stack.sql("SELECT encode(last_hash, 'hex') FROM journal_head")[0][0]
        try:
            self.stack.sql(f"UPDATE journal SET actor = 'user:nobody' {self.where}")
            rows = self.stack.sql(
                "SELECT seq, epoch, (extract(epoch FROM at) * 1000000)::bigint, encode(prev_hash, 'hex'), case_number, "
                f"kind, actor, encode(body, 'hex') FROM journal WHERE seq >= {self.seq} ORDER BY seq")
            previous = bytes.fromhex(rows[0][3])
            updates = []
            for seq, epoch, at, _, number, kind, actor, body in rows:
                digest = invariants.event_hash(
                    self.district, int(seq), int(epoch), int(at), previous, int(number), kind, actor,
                    bytes.fromhex(body))
                hashes = f"prev_hash = '\\x{previous.hex()}', hash = '\\x{digest.hex()}'"
                updates.append(f"UPDATE journal SET {hashes} WHERE seq = {seq}")
                previous = digest
            updates.append(f"UPDATE journal_head SET last_hash = '\\x{previous.hex()}'")
            self.stack.sql("; ".join(updates))
            self.assertTrue(invariants.chain(self.stack).holds, "the forged chain follows from itself")
            self.assertTrue(self.found())
        finally:
            self.stack.sql(
                "UPDATE journal j SET actor = k.actor, prev_hash = k.prev_hash, hash = k.hash FROM kept k "
                "WHERE k.district = j.district AND k.seq = j.seq")
            self.stack.sql(f"UPDATE journal_head SET last_hash = '\\x{head}'; DROP TABLE kept")
        self.assert_whole()


if __name__ == "__main__":
    unittest.main()
