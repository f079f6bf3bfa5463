"""How large the change behind an event is, for readers who asked for the large ones only (JSON: kind, step, total_before, total); and
for what a notification is held, if not for its reader's next digest: the reader snoozed its trial, its trial flaps, or all that it tells
is muted."""

SQL = """
ALTER TABLE events ADD COLUMN measure TEXT;
ALTER TABLE notifications ADD COLUMN held_for TEXT NOT NULL DEFAULT '' CHECK (held_for IN ('', 'snooze', 'flapping', 'mute'));
CREATE INDEX notifications_held ON notifications (held_for) WHERE held_for <> '' AND folded_into IS NULL;
"""
