"""A card of one's own, begun as a copy of a shipped one."""

from __future__ import annotations

import re

from darkfactory.errors import InvalidInput, require
from darkfactory.experiments.card import list_cards, load_card
from darkfactory.parsing import canonical

__all__ = ["new_card"]


def new_card(name: str, shipped: str) -> str:
    """Text of a card called ``name`` that says what another one says.

    Parameters
    ----------
    name : str
        Name of the new card: letters, digits, hyphens.
    shipped : str
        Name or path of the card to begin with.

    Raises
    ------
    InvalidInput
        If the name cannot be one, or belongs to a shipped card.

    Examples
    --------
    >>> new_card("mine", "twist").splitlines()[0]
    'name: mine'
    """
    taken = {canonical(card) for card in list_cards()}
    require(
        None
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,60}", name)
        else f"name {name!r}: allowed letters, digits, hyphens and underscores, a letter first, e.g. my-detector",
        f"name {name!r}: is that of a shipped card; choose another" if canonical(name) in taken else None,
    )
    text = load_card(shipped).path.read_text(encoding="utf-8")
    changed, found = re.subn(r"^name:.*$", f"name: {name}", text, count=1, flags=re.MULTILINE)
    if not found:
        raise InvalidInput(f"{shipped}: has no line `name:`")
    return changed
