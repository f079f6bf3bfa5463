"""The same things as JSON: a module an endpoint, or a few that belong together."""
