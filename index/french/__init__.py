"""French text into tokens and families, one step per file.

`analyzer.analyze` is the whole chain, `token_table` the same for many texts, into arrays;
`families` says which terms a word stands for.
Nothing here imports an engine, so that every engine searches the same language.
"""
