"""Order, cache and resume: what a run does, and what it need not do again."""

from pipeline.stages.folder import MANIFEST_DRAFT, open_run
from pipeline.stages.plan import Plan, key_files, make_plan
from pipeline.stages.progress import Outcome, Progress
from pipeline.stages.run import run
from pipeline.stages.settings import STAGES, Named, RunOptions, Stage, load_settings

__all__ = [
    "MANIFEST_DRAFT",
    "STAGES",
    "Named",
    "Outcome",
    "Plan",
    "Progress",
    "RunOptions",
    "Stage",
    "key_files",
    "load_settings",
    "make_plan",
    "open_run",
    "run",
]
