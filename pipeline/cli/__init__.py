"""The command line: words for people, on top of what the stages do."""

from pipeline.cli.main import app, main

__all__ = ["app", "main"]
