"""Words for the shapes of two arrays that do not have the same one."""

from __future__ import annotations

from collections.abc import Sequence

NAMELESS = "another length"  # of an axis


def in_numbers(got: tuple[int, ...], wanted: tuple[int, ...], axes: Sequence[str] | None) -> str:
    """ "shape (4, 5), not (5, 4) = (n_a, m)", and what seems to have happened."""
    named = f" = {_tuple(axes)}" if axes is not None and len(axes) == len(wanted) else ""
    words = f"shape {got}, not {wanted}{named}"
    happened = _what_happened(got, wanted)
    if happened:
        return f"{words}: {happened}"
    if len(got) == len(wanted):
        off = [axis for axis in range(len(wanted)) if got[axis] != wanted[axis]]
        return f"{words}: {listed([names_of(axes, len(wanted))[axis] for axis in off])} of another length"
    return words


def in_names(got: tuple[int, ...], wanted: tuple[int, ...], axes: Sequence[str] | None) -> str:
    """ "shape (m, n_a), not (n_a, m)": no length, but the names of those axes that have one of the contract's."""
    happened = _what_happened(got, wanted)
    if axes is None or len(axes) != len(wanted) or len(got) > len(wanted) + 1:
        many = "too few axes" if len(got) < len(wanted) else "too many axes"
        what = happened or ("an axis of another length" if len(got) == len(wanted) else many)
        return f"another shape than it should have: {what}"
    given = [_name(got, k, wanted, axes) for k in range(len(got))]
    words = f"shape {_tuple(given)}, not {_tuple(axes)}"
    if happened or NAMELESS not in given:
        return f"{words}: {happened}" if happened else words
    return f"{words}: {NAMELESS} is none of {', '.join(dict.fromkeys(axes))}"


def _what_happened(got: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    if sorted(got) == sorted(wanted):
        return "axes are swapped"
    if [size for size in got if size != 1] == [size for size in wanted if size != 1]:
        return f"an axis of length 1 was {'dropped' if len(got) < len(wanted) else 'added'}"
    return ""


def _name(got: tuple[int, ...], k: int, wanted: tuple[int, ...], axes: Sequence[str]) -> str:
    """The name of one axis of a student's array: that of its place, if the length fits, or of another place."""
    if k < len(wanted) and got[k] == wanted[k]:
        return axes[k]
    fitting = [name for name, size in zip(axes, wanted, strict=True) if size == got[k]]
    return fitting[0] if fitting else "1" if got[k] == 1 else NAMELESS


def _tuple(names: Sequence[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def names_of(axes: Sequence[str] | None, ndim: int) -> tuple[str, ...]:
    """The contract's names of an array's axes, or "axis 0", "axis 1" …"""
    if axes is not None and len(axes) == ndim:
        return tuple(axes)
    return tuple(f"axis {k}" for k in range(ndim))


def listed(names: Sequence) -> str:
    """Some names or numbers, the first eight of them; a newline, a tab or a space as Python writes it."""
    shown = [str(name)[:40] if str(name).isprintable() and str(name).strip() else repr(name)[:40] for name in names[:8]]
    return ", ".join(shown + (["…"] if len(names) > 8 else []))
