"""An hour of the monkey, run by `make soak`: real servers, killed and starved at random, and an oracle that looks on.

Nothing here ships. What has to hold is written in `oracle`, `books` and `readers`; who breaks things in `weather`.
"""
