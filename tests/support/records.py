"""Records of published limits with one thing changed."""

import copy

SOURCE = {"tag": "paper", "provenance": "quoted", "source": "abstract"}
DELETE = object()


def edited(good, path, value):
    """``good`` with the value at a path (keys and indices) replaced, or deleted."""
    record = copy.deepcopy(good)
    place = record
    for part in path[:-1]:
        place = place[part]
    if value is DELETE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return record
