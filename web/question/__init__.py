"""The page of one question, and the ways to quote it."""
