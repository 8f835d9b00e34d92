"""What the person decided about prices, model by model."""
