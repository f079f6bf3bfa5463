"""`trialmon`, from the first argument to the exit code."""

import sys


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 in part, 2 wrong usage or configuration, 3 nothing could be done."""
    import click

    from monitor.cli import cli
    from monitor.cli.output import printable
    from monitor.core.errors import TrialmonError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(
            stream, "reconfigure"
        ):  # a name in the registry must not end a command on an ASCII terminal
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(prog_name="trialmon", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except TrialmonError as error:
        print(f"trialmon: {printable(str(error))}", file=sys.stderr)  # noqa: T201
        code = error.exit_code
    except Exception:
        print(  # noqa: T201
            "trialmon: this should not have happened. Nothing that was written down is lost. Please report what follows,\n"
            "with the command that you ran and `trialmon --version`, to the maintainers.\n",
            file=sys.stderr,
        )
        raise
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
