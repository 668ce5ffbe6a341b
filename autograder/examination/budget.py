"""What a submission may take in all, however many cells and processes it has: seconds of processor time and in all."""

from __future__ import annotations

CELLS_SHARE = 0.5  # of the whole: cells that sleep or compute without end leave time to try what they have defined
CELLS_END = 0.75  # of the whole: so far may a cell go on that began within their share


class Budget:
    """Counts what a submission's processes take, one after the other."""

    def __init__(self, seconds: float, wall_factor: float) -> None:
        """``seconds`` of processor time; seconds in all are so many times as much."""
        self.seconds, self._wall_factor = seconds, wall_factor
        self._ended = self._running = self._wall = 0.0

    def left(self, share: float = 1.0) -> float:
        """The processor time that is left of the whole or of a share of it, 0 if none; time in all counts likewise."""
        taken = max(self._ended + self._running, self._wall / self._wall_factor)
        return max(self.seconds * share - taken, 0.0)

    def spend(self, wall: float, running: float | None, at_most: float) -> None:
        """Count a request.

        Args:
            wall: how long it took.
            running: the processor time of the process so far, None if it has ended.
            at_most: what the request could take; that counts when nobody can be asked any more.
        """
        self._wall += wall
        if running is None:
            self._ended += self._running + min(wall, at_most)
            self._running = 0.0
        else:
            self._running = max(running, self._running)

    def end(self) -> None:
        """The process ends: what comes is another one's."""
        self._ended += self._running
        self._running = 0.0
