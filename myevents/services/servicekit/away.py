"""What a service says when something that it needs cannot be reached."""

from __future__ import annotations


class Away(Exception):
    """A database or a broker cannot be reached now; the same request may succeed later."""

    #: What is away, as /readyz names it.
    what = "something"


class StoreAway(Away):
    """The database cannot be reached, or has not confirmed a write."""

    what = "database"


class BrokerAway(Away):
    """The broker cannot be reached, or has not confirmed a message."""

    what = "broker"
