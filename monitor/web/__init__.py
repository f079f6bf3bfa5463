"""The dashboard: what is stored, as pages and as JSON. Read-only: it opens the database for reading, and changes nothing by any request."""
