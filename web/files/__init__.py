"""What is taken away or read by programs of others: exports, feeds, sitemaps."""
