"""What a look costs: measured figures, each beside what a plain loop of httpx, json and DeepDiff costs for the same trials.

`python -m benchmarks` (`make bench`) measures, prints, and writes the figures into docs/performance.md.
"""
