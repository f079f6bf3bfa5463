"""The daemon: looks when a look is due and tells what is due, until it is asked to stop.

supervisor     the main thread, on monotonic time: signals, steps of the clock, loops that stopped beating
heartbeat      APScheduler starts each loop every few seconds, in a thread of its own
loops          what is known of a loop from outside: does it live, does it keep failing?
work           the two loops that matter: look at what is due, send what is due
upkeep         the third: changed files, the watchdog, the status line
rhythm         how often all of this happens, and how long anything is waited for
timing         when the next look is, from what the store remembers of the last ones
files          trialmon.yaml and the watchlists, each in its last good version
current        the context in force, replaced by a reload while it is used
notify         systemd's side: READY, STATUS, WATCHDOG, STOPPING
journal        the log
"""
