"""Questions to a person: they wait for days at no cost, and are answered once."""
