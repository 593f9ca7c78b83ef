"""The command line: the jobs of the other rooms, headless.

Importing it is fast: what a command needs is imported when it runs.
"""

from ._app import app, main

__all__ = ["app", "main"]
