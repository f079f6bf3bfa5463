"""trialmon watches clinical-trial registries and tells the people who asked what changed."""

__version__ = "0.1.0"
