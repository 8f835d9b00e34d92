"""The steps that bring an older database up to date, oldest first. A step that was released is never changed."""

KNOWN = ("0001",)
HEAD = KNOWN[-1]
