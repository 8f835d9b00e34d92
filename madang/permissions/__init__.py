"""What may be done to this machine, and who decides: rules, modes, questions, grants and the record of it all."""
