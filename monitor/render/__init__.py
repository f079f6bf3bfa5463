"""What a reader gets to read: pure functions from contexts to messages, each text escaped for the place it goes to."""
