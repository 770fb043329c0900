"""The write side of an index in an OpenSearch cluster, and what both sides know of its shape."""
