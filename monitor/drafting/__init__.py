"""Messages in readers' own words: their templates are run in a process that has nothing to lose and can be killed."""
