"""The journal of what happened, and the two ways to follow it from outside: WebSocket and SSE."""
