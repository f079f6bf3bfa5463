"""What a digest says of what it did not say: one paragraph of counts."""

from collections.abc import Iterable

from monitor.core.receipt import Receipt
from monitor.render import wording


def receipt_words(receipt: Receipt) -> str:
    """`Held back: 2 edits in 1 trial that …; 3 routine edits below your level.`; empty where nothing was."""
    parts = []
    if receipt.noise:
        edits = wording.count(sum(receipt.noise.values()), "edit")
        trials = wording.count(receipt.noise_trials, "trial")
        say = "says" if sum(receipt.noise.values()) == 1 else "say"
        parts.append(
            f"{edits} in {trials} that the registry made by itself or that {say} nothing new ({_each(receipt.noise.items())})"
        )
    if receipt.below:
        levels = [f"{number} {level}" for level, number in sorted(receipt.below.items(), reverse=True)]
        edits = "edit" if sum(receipt.below.values()) == 1 else "edits"
        parts.append(f"{' and '.join(levels)} {edits} below your level")
    if receipt.elsewhere:
        edits = wording.count(sum(receipt.elsewhere.values()), "edit")
        parts.append(f"{edits} of topics that you did not ask for ({_each(receipt.elsewhere.items())})")
    if receipt.small:
        topics = {"dates": "date", "enrollment": "enrolment"}
        moved = ", ".join(
            f"{topics.get(topic, topic)} {number}" for topic, number in sorted(receipt.small.items())
        )
        edits = wording.count(sum(receipt.small.values()), "edit")
        parts.append(f"{edits} smaller than you asked for ({moved})")
    if receipt.muted:
        parts.append(f"{wording.count(receipt.muted, 'edit')} that you muted")
    return f"Held back: {'; '.join(parts)}." if parts else ""


def _each(counts: Iterable[tuple[str, int]]) -> str:
    """`housekeeping 9, place names 3`, the most first."""
    ordered = sorted(counts, key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name} {number}" for name, number in ordered)
