"""Other people's clients of OpenAI, tried on `/v1` with nothing but its address and a token: `make clients`."""
