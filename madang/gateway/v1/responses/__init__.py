"""OpenAI's Responses API, asked of any provider as a chat completion and answered in its own words."""
