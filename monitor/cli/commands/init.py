"""Write a commented trialmon.yaml and a first watchlist."""

import os
from pathlib import Path

import click

from monitor.cli import Invocation, common
from monitor.core.errors import WrongUsage


@click.command()
@common
def command(call: Invocation) -> None:
    """Write a commented trialmon.yaml and watchlists/example.yaml, here or where --config says. Overwrites nothing."""
    from monitor.config import samples

    settings = call.config or Path("trialmon.yaml")
    example = settings.parent / "watchlists" / "example.yaml"
    files = {settings: samples.SETTINGS, example: samples.WATCHLIST}
    there = [str(path) for path in files if os.path.lexists(path)]
    if there:
        raise WrongUsage(
            f"{' and '.join(there)} exists already", "init overwrites nothing; move it away first"
        )
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error.strerror}") from None
        call.output.say(f"wrote {path}")
    if call.output.json:
        call.output.lines({"file": str(path)} for path in files)
    call.output.say(
        "Next: edit the watchlist, then `trialmon watchlist check`, `trialmon check`, `trialmon run`."
    )
