"""Figures as inline SVG: plain geometry reckoned here, drawn by templates, each with a table of the same numbers behind it."""
