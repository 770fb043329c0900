"""What a person or a program sees: the site, the JSON API and the command `qe`."""
