"""How large the change behind an event is, for readers who asked for the large ones only (JSON: kind, step, total_before, total); and
for what a notification waits that waits longer than for its reader's next digest: the reader snoozed its trial, or its trial flaps."""

SQL = """
ALTER TABLE events ADD COLUMN measure TEXT;
ALTER TABLE notifications ADD COLUMN held_for TEXT NOT NULL DEFAULT '' CHECK (held_for IN ('', 'snooze', 'flapping'));
CREATE INDEX notifications_held ON notifications (held_for) WHERE held_for <> '' AND folded_into IS NULL;
"""
