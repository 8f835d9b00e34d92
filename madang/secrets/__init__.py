"""Where keys live: taken in, used, replaced and deleted, and never given out again."""
