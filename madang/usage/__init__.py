"""What the calls took: sums, percentiles, receipts, what another model would have cost, metrics."""
