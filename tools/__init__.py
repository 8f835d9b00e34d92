"""What keeps the project in order: environment, checks and generated docs. Nothing here ships."""
