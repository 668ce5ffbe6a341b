"""Rows of nbgrader's tables that are changed by attribute, as nbgrader's own objects are, and written all together.

nbgrader makes and writes its objects one by one, through SQLAlchemy's unit of work. That took more time than all else
that an entry needs.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from nbgrader.api import new_uuid
from sqlalchemy import Connection, bindparam, insert, select, update


class Table:
    """One of nbgrader's tables, and which columns of a row that is there may be changed."""

    def __init__(self, kind: Any, *changing: str, row: type[SimpleNamespace] = SimpleNamespace) -> None:
        """``kind``: nbgrader's class. ``row``: what a row is made of, for more than its columns."""
        table = kind.__table__
        self.columns, self.changing, self._row = tuple(table.columns.keys()), changing, row
        self.select, self.insert = select(table), insert(table)
        changes: dict[str, Any] = {name: bindparam(f"new_{name}") for name in changing}
        self.update = update(table).where(table.c.id == bindparam("row")).values(changes)

    def row(self, values: dict[str, Any]) -> Any:
        """A row with these values."""
        return self._row(**values)


class Rows:
    """Rows of one table: some are there, some are to be."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._kept: list[tuple[Any, dict[str, Any] | None]] = []  # with what the database holds

    def found(self, row: Any) -> Any:
        """Take a row that a query has found: it may be changed by attribute."""
        return self._keep(dict(row._mapping), is_there=True)

    def new(self, **values: Any) -> Any:
        """Take a row that is to be written; columns without a value are empty, and the id is one as nbgrader's."""
        return self._keep(dict.fromkeys(self._table.columns) | {"id": new_uuid()} | values, is_there=False)

    def write(self, connection: Connection) -> None:
        """Send what is new or has changed to the database; nothing of it is committed here."""
        now = [(row, {name: getattr(row, name) for name in self._table.columns}) for row, _ in self._kept]
        held = [values for _, values in self._kept]
        new = [values for (_, values), before in zip(now, held, strict=True) if before is None]
        changed = [values for (_, values), before in zip(now, held, strict=True) if before not in (None, values)]
        if new:
            connection.execute(self._table.insert, new)
        if changed:
            names = self._table.changing
            changes = [{"row": row["id"]} | {f"new_{name}": row[name] for name in names} for row in changed]
            connection.execute(self._table.update, changes)
        self._kept = list(now)

    def _keep(self, values: dict[str, Any], is_there: bool) -> Any:
        row = self._table.row(values)
        self._kept.append((row, values if is_there else None))
        return row
