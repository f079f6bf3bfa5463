"""What programs subscribe to: feeds, calendars, metrics."""
