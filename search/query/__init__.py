"""The query language: text to tree; it knows neither an engine nor the site."""
