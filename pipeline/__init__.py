"""From inspection reports and news articles to per-year theme tables that can be traced and defended."""

__version__ = "0.1.0"

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.stages.loaded import Run, load_run, trace

__all__ = ["Run", "__version__", "load_run", "trace"]


def __getattr__(name: str) -> Any:
    """Load the notebook interface when it is first asked for, so that `import pipeline` stays light."""
    if name in {"Run", "load_run", "trace"}:
        from pipeline.stages import loaded

        return getattr(loaded, name)
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
