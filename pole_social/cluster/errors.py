"""The one error that the launcher raises."""


class ClusterUnavailable(Exception):
    """The embedded PostgreSQL cannot serve; the message is one French sentence saying what to do."""
