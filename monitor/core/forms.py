"""The forms in which a message is worded, and how the files of a reader's own templates are called."""

FORMS = ("title", "txt", "md", "html")
ENDING = ".j2"


def file_of(template: str, form: str) -> str:
    """`board`, `html` → `board.html.j2`."""
    return f"{template}.{form}{ENDING}"
