"""From inspection reports and news articles to per-year theme tables that can be traced and defended.

For notebooks and scripts: `load_run` opens the folder of a finished run, whose tables are pandas data frames; `trace`
returns the statements behind a number; `plot_theme` and `plot_run` draw. Nothing heavy is imported until it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from pipeline.stages.loaded import Run, load_run, trace
    from pipeline.stages.pictures import Figure, plot_run, plot_theme

_HOMES = {
    "Figure": "pipeline.stages.pictures",
    "Run": "pipeline.stages.loaded",
    "load_run": "pipeline.stages.loaded",
    "plot_run": "pipeline.stages.pictures",
    "plot_theme": "pipeline.stages.pictures",
    "trace": "pipeline.stages.loaded",
}

__all__ = ["Figure", "Run", "__version__", "load_run", "plot_run", "plot_theme", "trace"]


def __getattr__(name: str) -> Any:
    """Load a name of the interface when it is first asked for, so that `import pipeline` stays light."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the interface, for completion in notebooks."""
    return sorted([*globals(), *__all__])
