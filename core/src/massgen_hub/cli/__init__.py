"""The command line. Answers and JSON go to stdout, everything else to stderr."""

from __future__ import annotations

import sys

from ..errors import HubError


def main() -> None:
    """Run the command line and exit with its code: 0 to 5 as the verdict says, 130 when interrupted."""
    from .app import app

    try:
        app()
    except HubError as failure:
        print(f"error: {failure}", file=sys.stderr)  # noqa: T201
        sys.exit(failure.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)  # noqa: T201
        sys.exit(130)
