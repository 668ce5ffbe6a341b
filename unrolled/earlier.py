"""Where modules stood that earlier notebooks import: a notebook that was handed out once still runs and is graded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "unrolled.audio": "unrolled.sound.audio",
    "unrolled.dinosaurs": "unrolled.datasets.dinosaurs",
    "unrolled.jazz": "unrolled.datasets.jazz",
    "unrolled.midi": "unrolled.sound.midi",
    "unrolled.plots_music": "unrolled.plots.music",
    "unrolled.plots_playing": "unrolled.plots.playing",
    "unrolled.plots_text": "unrolled.plots.text",
}


class EarlierNames(MetaPathFinder, Loader):
    """Finds a module by the name that it once had."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for an earlier name, None for any other."""
        return ModuleSpec(fullname, self) if fullname in MOVED else None

    def exec_module(self, module: ModuleType) -> None:
        """Put the module that has moved in the place of the empty one; importlib takes what stands there."""
        sys.modules[module.__name__] = import_module(MOVED[module.__name__])


sys.meta_path.append(EarlierNames())
