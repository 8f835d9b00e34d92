"""Where everything is kept: the schema, one writer and many readers, migrations behind a backup."""
