"""The engines, each a family of files named after it."""
