"""Where messages leave the house: the one room that knows Apprise."""
