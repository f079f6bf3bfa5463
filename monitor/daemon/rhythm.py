"""The daemon's times."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rhythm:
    """All in seconds.

    beat      between the end of a loop's work and its next question to the store
    tick      between two looks of the supervisor at signals, clocks and loops
    status    between two looks at what to tell the service manager
    silence   a loop that is at work and showed no life for so long hangs: the watchdog hears nothing any more
    step      the wall clock may differ from the monotonic one by so much before it counts as a step
    forsaken  a loop that nothing starts for so long, though it is asked for again and again, will not come back; a busy machine may well
              keep one waiting for a while
    jitter    at most so long a look waits after the start or a suspend: not all machines at the same instant
    grace     a stopping daemon waits so long for what is under way; systemd and people wait 45
    """

    beat: float = 1.0
    tick: float = 0.5
    status: float = 15.0
    silence: float = 1800.0
    step: float = 5.0
    forsaken: float = 30.0
    jitter: float = 5.0
    grace: float = 40.0
