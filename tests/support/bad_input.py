"""Bad input of the Python interface: each a ValueError that names the field, the value and what is allowed."""

import math

import pytest

from darkfactory import reach
from darkfactory.errors import DarkfactoryError

NAN, INF = math.nan, math.inf


def forward(card="megii-fwd", *, mass=None, cl=None, method="fisher", model="lfv-alp", **settings):
    """Reach of forward positrons with settings as keywords, the first underscore pair as a dot."""
    named = {key.replace("__", "."): value for key, value in settings.items()}
    return reach("forward-positron", card, mass=mass, cl=cl, method=method, model=model, settings=named)


def message(call, kind):
    """Text of the error of class ``kind`` that ``call`` raises."""
    with pytest.raises(kind) as caught:
        call()
    assert isinstance(caught.value, DarkfactoryError)
    assert isinstance(caught.value, ValueError)
    return str(caught.value)


def assert_refused(call, kind, fragments):
    """``call`` raises an error of class ``kind`` with all ``fragments`` in its text."""
    text = message(call, kind)
    assert all(fragment in text for fragment in fragments), text


def refused(*cases):
    """Parametrise (id, call, error class, fragments of the message)."""
    return pytest.mark.parametrize(
        ("call", "kind", "fragments"), [case[1:] for case in cases], ids=[case[0] for case in cases]
    )
