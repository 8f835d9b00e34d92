"""The file worker: reads and changes files beneath folders that are held open."""
