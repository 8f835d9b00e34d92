"""What the tests share: Madang as a process, a PostgreSQL cluster, a browser that fails on errors."""
