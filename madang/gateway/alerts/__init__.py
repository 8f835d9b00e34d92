"""What a person is told when a cap is half used, nearly used and used up: each once."""
