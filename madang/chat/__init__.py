"""Conversations: turns that belong to the server, context that fits, titles, export."""
