"""The rules a person wrote, and the version of everything that decides."""
