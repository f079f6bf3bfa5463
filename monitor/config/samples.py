"""The first files that `trialmon init` writes. A test loads them, so that they are always right."""

SETTINGS = """\
# trialmon.yaml: where things are, which registry is asked, and where messages go. Every key may be left out.
# Check it with `trialmon doctor`; a running daemon reads it again when it changes.

# The SQLite file with everything that was ever seen. Relative to this file; under systemd, to the state directory.
database: trialmon.db

# The folder of watchlists, one *.yaml for each.
watchlists: watchlists

sources:
  clinicaltrials.gov:
    # Goes into the User-Agent, so that the registry can reach you instead of blocking you. Please set it.
    # contact: you@example.org
    check_every: 15m        # asks whether the registry has refreshed; reads records only if it has
    full_read_every: 24h    # reads every watched record even if nothing says that it moved
  # Papers that name a watched trial are looked for once a day. NCBI asks for an address; a key allows more requests.
  # pubmed: {email: you@example.org, api_key: "${NCBI_API_KEY}"}
  # europepmc: {enabled: false}

# Where messages can be sent: a name of your choice, and an Apprise URL (https://appriseit.com/services/).
# ${NAME} comes from the environment or from a systemd credential, put in as it is; keep passwords out of this file.
# Try one with `trialmon destinations test NAME`. The destination `terminal` is always there.
destinations: {}
#   desk: slack://${SLACK_TOKEN}/#trials
#   mailbox: mailto://user:${MAIL_PASSWORD}@example.org
#   machine: {webhook: https://example.org/hooks/trialmon, secret: "${HOOK_SECRET}"}   # signed JSON

# Who hears of the monitor's own affairs, and how others learn that it lives.
# operator: [mailbox]
# heartbeat: {url: "https://hc.example.org/${HEARTBEAT_TOKEN}"}    # asked for only while silence means that nothing changed
# metrics: trialmon.prom                                           # for Prometheus' node exporter

# What is written beside the database.
# feeds: {folder: feeds}                       # Atom, JSON Feed and calendars of every watchlist and trial
# backups: {folder: backups}                   # made and checked by `trialmon upkeep`, once a day from a timer
# templates: templates                         # messages in your own words

# The dashboard, `trialmon web`, listens on this machine alone unless told otherwise.
# web: {host: 127.0.0.1, port: 8350}
"""

WATCHLIST = """\
# A watchlist: what is watched, and who is told. Check it with `trialmon watchlist check`;
# add trials with `trialmon watchlist add example NCT00000001`, or by hand.
title: My first watchlist

watch:
  # One trial, by its number. `note` is for you; `also` are its numbers in other registries.
  - trial: NCT03737461
    note: RESPINE, stem cells for a worn disc, Montpellier
    also: [EudraCT 2017-002092-25]

  # A search: what comes in is told, what drops out is told, and what is in it is watched like any trial.
  # Other terms: terms, title, sponsor, lead_sponsor, outcome, location, country, status, phase, study_type, results …
  - search: {condition: low back pain, intervention: stem cells, status: [recruiting, not yet recruiting]}

  # Or copy a search from the address bar of clinicaltrials.gov:
  # - search: https://clinicaltrials.gov/search?cond=Low%20Back%20Pain&intr=stem%20cells

  # Every trial that a sponsor leads or takes part in:
  # - sponsor: Mesoblast

  # Papers that PubMed finds. Those that name a watched trial are told anyway.
  # - publications: rexlemestrocel-L

subscribers:
  - name: me
    to: [terminal]                  # names from trialmon.yaml; an Apprise URL is allowed too
    at_least: notable               # noise < routine < notable < critical
    # topics: [status, dates, results]        # default: all
    # slip_of: 30d                            # of moved dates, only those that moved by so much
    # when: weekdays 07:30                    # or: at once (the default), daily 07:30, weekly mon 07:30
    # timezone: Europe/Paris                  # default: UTC
    # quiet: 22:00-07:00                      # held back, except what is critical
    # near: {country: France, city: Lyon}     # news of a site there is at least notable
"""
