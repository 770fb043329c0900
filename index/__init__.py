"""What goes in: published files become questions, questions become an index."""
