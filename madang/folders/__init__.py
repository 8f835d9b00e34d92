"""The folders a person opened to Madang, and how far each goes."""
