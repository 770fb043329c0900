"""A search in figures and charts."""
