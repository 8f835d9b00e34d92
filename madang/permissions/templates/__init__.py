"""Which words a program may be given: templates with closed lists of flags."""
