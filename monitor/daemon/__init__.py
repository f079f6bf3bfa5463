"""The daemon: looks when a look is due and tells what is due, until it is asked to stop.

supervisor     the main thread, on monotonic time: signals, changed files, the watchdog, whatever is overdue
heartbeat      APScheduler starts both loops every few seconds, each in a thread of its own
loops          what a beat does: ask the store what is due, and do it
timing         when the next look is, from what the store remembers of the last ones
files          trialmon.yaml and the watchlists, each in its last good version
notify         systemd's side: READY, STATUS, WATCHDOG, STOPPING
"""
