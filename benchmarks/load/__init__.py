"""A site under load: visitors of all kinds while updates are indexed, then what became of it."""
