"""What can go wrong, as a tree.

    TrialmonError                      a person can act on it: message, hint, exit code
    ├── WrongUsage                     exit 2: the command line or the configuration is wrong
    │   └── WrongConfiguration         exit 2: carries every Problem, each with FILE:LINE
    ├── NothingDone                    exit 3: could not even begin (database unusable, another daemon runs)
    ├── Misdrafted                     a reader's own template cannot be used: carries the Problem, with FILE:LINE
    └── CouldNotFindOut                a look failed; what we believe about a trial stays as it was
        ├── Unreachable                no connection, name not resolved, connection lost, time limit
        ├── Refused                    the registry refuses this client (403, 451): never "the trial is gone"
        ├── Overloaded                 429 or 5xx, perhaps with the time to come back
        ├── Unreadable                 the answer is truncated, garbled, HTML, empty or of the wrong shape
        │   ├── Rejected               the registry does not accept the question: asking again will not help
        │   └── TooLarge               the answer is longer than we take: a smaller question may help
        ├── Outdated                   the answer is older than what was already seen
        └── Resting                    the circuit breaker of that host is open

Facts are values, ignorance is an exception: an unchanged, missing or merged trial is a `Reading`, not an error.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that a person wrote; `line` counts from 1, None where the file as a whole is meant."""

    file: str
    line: int | None
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        return f"{place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class TrialmonError(Exception):
    """Something that a person can understand and act on. `hint` says what to do, if we know."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message + (f" ({self.hint})" if self.hint else "")


class WrongUsage(TrialmonError):
    """The command was called in a way that cannot be carried out."""

    exit_code = 2


class WrongConfiguration(WrongUsage):
    """One or more files are wrong; every problem found is in `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class NothingDone(TrialmonError):
    """Nothing could be done: no database, a newer schema, another daemon at work."""

    exit_code = 3


class Misdrafted(TrialmonError):
    """A reader's own template is wrong, too slow or too large. The built-in words are used in its place."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class CouldNotFindOut(TrialmonError):
    """A look failed. It says nothing about any trial; `retry_after` is in seconds where the registry gave one."""

    kind = "failed"

    def __init__(self, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class Unreachable(CouldNotFindOut):
    """No connection, or it was lost, or the time limit passed."""

    kind = "unreachable"


class Refused(CouldNotFindOut):
    """The registry refuses this client."""

    kind = "refused"


class Overloaded(CouldNotFindOut):
    """The registry asks us to come back later, or is broken."""

    kind = "overloaded"


class Unreadable(CouldNotFindOut):
    """The answer cannot be trusted."""

    kind = "unreadable"


class Rejected(Unreadable):
    """The registry does not accept the question (400, 404, 405 …): the same question will not fare better."""


class TooLarge(Unreadable):
    """The answer is longer than we take in."""


class Outdated(CouldNotFindOut):
    """The answer is from before what we have already seen."""

    kind = "outdated"


class Resting(CouldNotFindOut):
    """Too many failures in a row: this host is left alone for a while."""

    kind = "resting"
