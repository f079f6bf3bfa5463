"""Metrics for a collector: the same as the metrics file holds."""

from monitor.web.page import Answer, Asked, File, Page


def _metrics(asked: Asked) -> Answer:
    return File(asked.house.published.metrics(), "text/plain; version=0.0.4; charset=utf-8")


PAGE = Page("/metrics", "Metrics", "How the monitor stands, for Prometheus.", _metrics, gives="file")
