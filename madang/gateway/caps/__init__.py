"""The caps: who may spend how much in which window, and whether one more call fits."""
