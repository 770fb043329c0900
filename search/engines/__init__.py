"""One engine a family of files: what is looked up is compiled, then run."""
