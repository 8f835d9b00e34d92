"""The tables of the conversations: one function a question."""
