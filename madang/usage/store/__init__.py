"""The questions to the ledger: sums of calls, and the calls themselves."""
