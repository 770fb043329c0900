"""This engine beside those a user would pick instead: one corpus, one run, the same work."""
