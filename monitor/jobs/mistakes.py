"""Our own mistakes, met while one message is being made: told by kind and place alone, since their words may hold a secret."""

import logging
from traceback import extract_tb


def say_mistake(log: logging.Logger, whose: str, error: Exception, what: str) -> str:
    """Log it with its place in the program, and give it in words for people. `whose` message it is (a destination or a subscriber);
    `what` it befell ("while the message was prepared")."""
    place = extract_tb(error.__traceback__)[-1]
    why = f"an error of trialmon itself ({type(error).__name__}) {what}"
    log.error("%s: %s, at %s:%s", whose, why, place.filename, place.lineno)
    return why
