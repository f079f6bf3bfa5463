"""What may be thinned, if asked: a stored module, to what makes it another than an older one; the body of a message that was sent.

Triggers hold the bounds. A module that others are rebuilt from stays whole; one that is thinned becomes shorter, once; its id, version
and digest stay. Of a payload only the body may go, after it was sent, and leaves its digest.
"""

SQL = """
-- A thinned module, and the whole one of the same trial and name that it is rebuilt from (monitor/store/bodies.py).
CREATE TABLE thinned (
    id INTEGER PRIMARY KEY REFERENCES module_versions (id),
    base INTEGER NOT NULL REFERENCES module_versions (id)
) STRICT;
CREATE INDEX thinned_base ON thinned (base);
CREATE TRIGGER thinned_stand_on_whole_ones BEFORE INSERT ON thinned
WHEN EXISTS (SELECT 1 FROM thinned WHERE id = NEW.base OR base = NEW.id) OR NOT EXISTS (
    SELECT 1 FROM module_versions AS m JOIN module_versions AS b ON b.id = NEW.base
    WHERE m.id = NEW.id AND b.trial = m.trial AND b.module = m.module AND b.since_version < m.since_version AND b.body IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a thinned module is rebuilt from an older one of its own that is whole'); END;
CREATE TRIGGER thinned_are_final BEFORE UPDATE ON thinned
BEGIN SELECT RAISE(ABORT, 'what a module is rebuilt from is never rewritten'); END;
CREATE TRIGGER thinned_stay BEFORE DELETE ON thinned
BEGIN SELECT RAISE(ABORT, 'what a module is rebuilt from is never forgotten'); END;

-- What is whole is a zlib stream, which never begins with a zero.
DROP TRIGGER module_versions_are_final;
CREATE TRIGGER module_versions_are_final BEFORE UPDATE ON module_versions
WHEN (NEW.id = OLD.id AND NEW.trial = OLD.trial AND NEW.module = OLD.module AND NEW.since_version = OLD.since_version
    AND NEW.digest = OLD.digest AND SUBSTR(OLD.body, 1, 1) <> x'00' AND SUBSTR(NEW.body, 1, 1) = x'00'
    AND LENGTH(NEW.body) < LENGTH(OLD.body) AND EXISTS (SELECT 1 FROM thinned WHERE id = OLD.id)) IS NOT TRUE
BEGIN SELECT RAISE(ABORT, 'a stored module is never rewritten'); END;

-- 16 bytes of blake2b in hex over the body that was let go; NULL: it is there.
ALTER TABLE payloads ADD COLUMN body_digest TEXT;
DROP TRIGGER payloads_are_final;
CREATE TRIGGER payloads_are_final BEFORE UPDATE ON payloads
WHEN (NEW.delivery = OLD.delivery AND NEW.n = OLD.n AND NEW.sent_at = OLD.sent_at AND NEW.title = OLD.title AND NEW.form = OLD.form
    AND NEW.text = OLD.text AND NEW.headers = OLD.headers AND NEW.body = '' AND OLD.body_digest IS NULL
    AND LENGTH(NEW.body_digest) = 32 AND EXISTS (SELECT 1 FROM deliveries WHERE id = OLD.delivery AND state = 'sent')) IS NOT TRUE
BEGIN SELECT RAISE(ABORT, 'a payload is never rewritten'); END;
"""
