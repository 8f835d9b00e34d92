"""What the person chose, kept in the database and in memory."""
