"""The fetcher: gets one web page from the public internet, and gives back what it says as text."""
