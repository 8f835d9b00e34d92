"""What can be wrong with a choice."""

from madang.errors import BadRequest


class InvalidPreference(BadRequest):
    """The value cannot be chosen. Details: `field`, `rule`, and the rule's bounds (`ge`, `le`, `max_length` …)."""

    code = "preferences.invalid"
